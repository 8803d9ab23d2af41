import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemOf, SystemUnavailableError, toWireError } from '@idaemon/contracts';
import { isUnavailable } from '@idaemon/persistence';
import type { MarquezReads } from './marquez-reads.js';
import type { Readers } from './readers.js';

export type Params = Readonly<Record<string, string>>;
export type Query = Readonly<Record<string, string | string[] | undefined>>;
/** An object is answered as JSON, a text is JSON already. */
type Read = (params: Params, query: Query) => Promise<object | string>;

export interface ReadRoutesOptions {
  reads: MarquezReads;
  readers: Readers;
  onError: (error: unknown) => void;
}

/** Where tools of OpenLineage look: the reading part of Marquez' interface. */
export function addReadRoutes(fastify: FastifyInstance, options: ReadRoutesOptions): void {
  const { reads } = options;
  const routes: Record<string, Read> = {
    '/namespaces': (_params, query) => reads.namespaces(query),
    '/namespaces/:namespace': (params) => reads.namespace(params),
    '/namespaces/:namespace/jobs': (params, query) => reads.jobs(params, query),
    '/namespaces/:namespace/jobs/:job': (params) => reads.job(params),
    '/namespaces/:namespace/jobs/:job/runs': (params, query) => reads.runs(params, query),
    '/jobs/runs/:run': (params) => reads.run(params),
    '/namespaces/:namespace/datasets': (params, query) => reads.datasets(params, query),
    '/namespaces/:namespace/datasets/:dataset': (params) => reads.dataset(params),
    '/namespaces/:namespace/datasets/:dataset/versions': (params, query) =>
      reads.datasetVersions(params, query),
    '/lineage': (_params, query) => reads.lineage(query),
    '/column-lineage': (_params, query) => reads.columnLineage(query),
    '/search': (_params, query) => reads.search(query),
    '/events/lineage': (_params, query) => reads.events(query),
  };
  // Loaded with the rest: to wait for it would have the web framework begin too early.
  void fastify.register(async (scope) => {
    for (const [path, read] of Object.entries(routes)) {
      scope.get(`/api/v1${path}`, (request, reply) => answer(request, reply, read, options));
    }
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  read: Read,
  { readers, onError }: ReadRoutesOptions,
): Promise<void> {
  try {
    await readers.check(request.headers.authorization);
    const body = await read(request.params as Params, request.query as Query);
    send(reply, 200, 'application/json', typeof body === 'string' ? body : JSON.stringify(body));
  } catch (thrown) {
    const error = isUnavailable(thrown) ? new SystemUnavailableError('Postgres') : thrown;
    const wire = toWireError(error);
    if (wire.code === 'internal-error') onError(thrown);
    const problem = problemOf(wire, request.url.split('?', 1)[0] ?? '');
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="idaemon"');
    if (problem.status === 503) void reply.header('retry-after', '1');
    send(reply, problem.status, 'application/problem+json', JSON.stringify(problem));
  }
}

function send(reply: FastifyReply, status: number, type: string, body: string): void {
  void reply.status(status).headers({ 'content-type': type, 'cache-control': 'no-store' }).send(body);
}
