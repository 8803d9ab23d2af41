import type { FastifyInstance } from 'fastify';
import { pathOf, refuse, type Exchange } from './answer.js';
import type { Receiver } from './receiver.js';
import { notFound } from './refusal.js';

type Answering = (exchange: Exchange) => Promise<void>;

/** Clients reuse connections: whoever closes one first, while a request is on its way, loses an event. */
const keepAliveMs = 75_000;

/**
 * The routes of the receiver, beside Nest's: nothing parses a body here but the receiver itself. Any prefix is taken,
 * since clients join addresses in different ways, and nothing is ever redirected: clients turn a redirected POST to a GET.
 */
export async function addLineageRoutes(fastify: FastifyInstance, receiver: Receiver): Promise<void> {
  fastify.server.keepAliveTimeout = keepAliveMs;
  await fastify.register(async (scope) => {
    const add = (path: string, answering: Answering) => {
      scope.route({
        method: 'POST',
        url: path,
        // Taken over before the framework judges content types or reads bodies.
        onRequest: (request, reply) => {
          reply.hijack();
          void answering({ request: request.raw, response: reply.raw });
        },
        handler: () => undefined,
      });
    };
    for (const base of ['/api/v1', '']) {
      for (const slash of ['', '/']) {
        add(`${base}/lineage${slash}`, (exchange) => receiver.single(exchange));
        add(`${base}/lineage/batch${slash}`, (exchange) => receiver.batch(exchange));
      }
    }
    add('/*', (exchange) => answerElsewhere(exchange, receiver));
  });
}

/** `/servers/{server}/open-metadata/…` are the paths of Egeria. */
async function answerElsewhere(exchange: Exchange, receiver: Receiver): Promise<void> {
  const path = pathOf(exchange.request).replace(/\/+$/, '');
  if (path.endsWith('/lineage')) return receiver.single(exchange);
  if (path.endsWith('/lineage/batch')) return receiver.batch(exchange);
  if (isEgeriaPublish(path)) return receiver.single(exchange, 'egeria');
  refuse(exchange, notFound(path), false);
}

function isEgeriaPublish(path: string): boolean {
  return /^\/servers\/[^/]+\/open-metadata\/(?:integration-daemon|integration-services\/lineage-integrator\/users\/[^/]+)\/publish-open-lineage-event$/.test(
    path,
  );
}
