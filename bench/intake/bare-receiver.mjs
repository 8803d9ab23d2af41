/** The other side: reads and parses a body, answers 201 and stores nothing. */
import fastify from 'fastify';

const app = fastify({ bodyLimit: 64 * 1024 * 1024 });
app.post('/api/v1/lineage', (request, reply) => reply.code(201).send({ runId: request.body.run.runId }));
app.post('/api/v1/lineage/batch', (request, reply) =>
  reply.code(200).send({ received: request.body.length }),
);
await app.listen({ port: Number(process.env.IDAEMON_PORT), host: '127.0.0.1' });
process.send?.('ready');
