import type { Metrics } from '@idaemon/metrics';
import type { FastifyInstance } from 'fastify';
import type { RouteTable } from './route-table.js';

/** Counts and times requests by operation: a path with its names would be a label without bounds. */
export function measureRequests(fastify: FastifyInstance, routes: RouteTable, metrics: Metrics): void {
  fastify.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    const operation = routes.operationOf(method, routeOptions.url ?? '')?.id ?? 'none';
    const labels = { operation, outcome: outcomeOf(reply.statusCode) };
    metrics.daemonRequestDuration.observe(labels, reply.elapsedTime / 1000);
  });
}

function outcomeOf(status: number): 'ok' | 'refused' | 'failed' {
  if (status < 400) return 'ok';
  return status < 500 ? 'refused' : 'failed';
}
