import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { NotFoundError, problemOf, SystemUnavailableError, toWireError } from '@idaemon/contracts';
import type { Metrics } from '@idaemon/metrics';
import type { Readiness } from './readiness.js';
import type { Redaction } from './redaction.js';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpServerOptions {
  app: string;
  readiness: Readiness;
  metrics: Pick<Metrics, 'render' | 'contentType'>;
  redaction: Redaction;
}

const closeDeadlineMs = 3_000;
/** Within it a client uses each of its connections, or has no use for them. */
const leaveMs = 2_500;

/**
 * The port of a process. It answers the probes and `/metrics` itself, from the first moment and without a token;
 * the rest is the app's, once it has started.
 */
export class HttpServer {
  readonly server: Server;
  #app: HttpHandler;
  #isLeaving = false;

  constructor(private readonly options: HttpServerOptions) {
    const { app } = options;
    this.#app = ({ url = '' }, response) => {
      response.setHeader('retry-after', '1');
      sendProblem(response, url, new SystemUnavailableError(`The ${app}, which is starting,`));
    };
    this.server = createServer((request, response) => this.#handle(request, response));
  }

  /** Resolves to the port that was taken. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port }, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on the app answers what is no probe. */
  handOver(app: HttpHandler): void {
    this.#app = app;
  }

  /**
   * Leaves new connections to another process. Requests on those that are there are answered as ever, each the last of
   * its connection: to close one while a request is on its way would lose it.
   */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    // Not that of HTTP, which closes idle connections at once.
    NetServer.prototype.close.call(this.server);
    await wait(leaveMs);
  }

  /** Takes no new connection, lets requests that are under way end, and cuts those that take too long. */
  async close(): Promise<void> {
    if (!this.server.listening && !this.#isLeaving) return;
    const timer = setTimeout(() => this.server.closeAllConnections(), closeDeadlineMs);
    const closed = this.#isLeaving
      ? this.#lastClosed()
      : new Promise<void>((done) => this.server.close(() => done()));
    this.server.closeIdleConnections();
    await closed;
    clearTimeout(timer);
  }

  async #lastClosed(): Promise<void> {
    const count = () =>
      new Promise<number>((resolve, reject) => {
        this.server.getConnections((error, connections) => (error ? reject(error) : resolve(connections)));
      });
    while ((await count()) > 0) {
      await wait(20);
      this.server.closeIdleConnections();
    }
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    if (this.#isLeaving) response.shouldKeepAlive = false;
    const answer = this.#probe(request);
    if (!answer) return this.#app(request, response);
    answer(response).catch(() => send(response, 500, 'text/plain', 'The probe failed'));
  }

  #probe({ url = '', method }: IncomingMessage): ((response: ServerResponse) => Promise<void>) | undefined {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    const [path] = url.split('?', 1);
    if (path === '/livez') return async (response) => sendJson(response, 200, { status: 'alive' });
    if (path === '/readyz') return (response) => this.#sendReadiness(response);
    if (path === '/metrics') return (response) => this.#sendMetrics(response);
    return undefined;
  }

  async #sendReadiness(response: ServerResponse): Promise<void> {
    const { readiness, redaction, app } = this.options;
    const report = await readiness.report();
    const body = redaction.json(JSON.stringify({ app, ...report }));
    send(response, report.status === 'ready' ? 200 : 503, 'application/json', body);
  }

  async #sendMetrics(response: ServerResponse): Promise<void> {
    const { metrics } = this.options;
    send(response, 200, metrics.contentType, await metrics.render());
  }
}

/** For apps that have nothing but their probes. */
export function answerNotFound(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  sendProblem(
    response,
    path,
    new NotFoundError(`There is nothing at ${path}; try /livez, /readyz, /metrics`),
  );
}

function sendProblem(response: ServerResponse, path: string, error: unknown): void {
  const problem = problemOf(toWireError(error), path);
  send(response, problem.status, 'application/problem+json', JSON.stringify(problem));
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, status, 'application/json', JSON.stringify(body));
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}
