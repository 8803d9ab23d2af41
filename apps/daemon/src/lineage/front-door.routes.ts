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

/** Routes beside Nest's: neither guards nor parsers see these requests, the instance judges them. */
export async function addFrontDoor(
  fastify: FastifyInstance,
  forward: (exchange: Exchange) => Promise<void>,
): Promise<void> {
  await fastify.register(async (scope) => {
    const add = (method: 'GET' | 'POST', url: string) => {
      scope.route({
        method,
        url,
        onRequest: (request, reply) => {
          reply.hijack();
          void forward({ request: request.raw, response: reply.raw });
        },
        handler: () => undefined,
      });
    };
    for (const url of receiving) {
      add('POST', url);
      add('POST', `${url}/`);
    }
    add('GET', reading);
  });
}
