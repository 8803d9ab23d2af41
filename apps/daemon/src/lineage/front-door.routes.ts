import type { FastifyInstance } from 'fastify';
import type { Exchange } from './forwarding.js';

const egeria = '/servers/:server/open-metadata';
const egeriaService = `${egeria}/integration-services/lineage-integrator/users/:user`;

/** Where clients of OpenLineage and tools of Egeria send events. */
const receiving = [
  ...['/api/v1', '', `${egeriaService}/api/v1`].flatMap((base) => [
    `${base}/lineage`,
    `${base}/lineage/batch`,
  ]),
  `${egeriaService}/publish-open-lineage-event`,
  `${egeria}/integration-daemon/publish-open-lineage-event`,
];
/** Where tools of OpenLineage read: no path of the daemon's own begins like this. */
const reading = '/api/v1/*';

/** Beside the interface that the OpenAPI document describes: the instance answers for them. */
export const frontDoorRoutes: readonly { method: 'GET' | 'POST'; url: string }[] = [
  ...receiving.flatMap((url) => [url, `${url}/`]).map((url) => ({ method: 'POST' as const, url })),
  { method: 'GET', url: reading },
];

/**
 * Routes beside Nest's: neither guards nor parsers see these requests, the instance judges them. Loaded with all the
 * rest: to wait for it here would have the web framework begin before its parsers and its errors are set.
 */
export function addFrontDoor(fastify: FastifyInstance, forward: (exchange: Exchange) => Promise<void>): void {
  void fastify.register(async (scope) => {
    for (const route of frontDoorRoutes) {
      scope.route({
        ...route,
        onRequest: (request, reply) => {
          reply.hijack();
          void forward({ request: request.raw, response: reply.raw });
        },
        handler: () => undefined,
      });
    }
  });
}
