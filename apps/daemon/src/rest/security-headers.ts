import type { FastifyInstance } from 'fastify';

/** An interface for programs: nothing of it is to be cached, framed, sniffed or run. No CORS: other sites get nothing. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export function addSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onSend', async (_request, reply) => {
    void reply.headers(headers);
  });
}
