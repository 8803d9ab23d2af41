import { Problem, type List } from '@idaemon/contracts';
import type { Endpoint } from './contexts.js';
import { actionOf, CliError, exitCodeOfStatus, exitCodes } from './exit-codes.js';

export type Query = Record<string, string | number | boolean | undefined>;

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Talks to the daemon's REST; every failure is a CliError that says what to do next. */
export class ApiClient {
  constructor(
    private readonly endpoint: Endpoint,
    private readonly fetchLike: typeof fetch = fetch,
  ) {}

  get url(): string {
    return this.endpoint.url;
  }

  async send<T>(path: string, request: ApiRequest = {}): Promise<T> {
    const response = await this.#fetch(path, request);
    const text = await response.text();
    const body: unknown =
      text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    if (!response.ok) throw this.#explain(response.status, path, body);
    return body as T;
  }

  /** All items of a list, page by page. */
  async *items<T>(path: string, query: Query = {}): AsyncGenerator<T> {
    let cursor: string | undefined;
    do {
      const page: List<T> = await this.send<List<T>>(path, { query: { pageSize: 200, ...query, cursor } });
      yield* page.items;
      cursor = page.next ?? undefined;
    } while (cursor);
  }

  /** For short lists only: a daemon has hundreds of connectors, not millions. */
  async all<T>(path: string, query?: Query): Promise<T[]> {
    const all: T[] = [];
    for await (const item of this.items<T>(path, query)) all.push(item);
    return all;
  }

  async #fetch(path: string, { method = 'GET', query = {}, body, headers }: ApiRequest): Promise<Response> {
    const url = new URL(path, this.endpoint.url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    try {
      return await this.fetchLike(url, {
        method,
        headers: {
          accept: 'application/json',
          ...(this.endpoint.token ? { authorization: `Bearer ${this.endpoint.token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(60_000),
      });
    } catch {
      throw new CliError(
        `No daemon answers at ${this.endpoint.url}`,
        exitCodes.unavailable,
        'Start one with `npm start`, or name another with IDAEMON_URL or `idaemon context set`.',
      );
    }
  }

  #explain(status: number, path: string, body: unknown): CliError {
    const problem = Problem.safeParse(body);
    if (!problem.success) return new CliError(`${path} answered ${status}`, exitCodeOfStatus(status));
    const { detail, action, code, errors } = problem.data;
    const next = action ?? actionOf(code);
    return new CliError(detail, exitCodeOfStatus(status), next && inCommands(next), errors);
  }
}

/** The daemon names the next step as a request; people here type commands. */
function inCommands(action: string): string {
  return action
    .replace(
      /POST \/api\/connectors\/([^/\s]+)\/(start|stop|pause|resume|restart|refresh|plan|approve)\b/g,
      '`idaemon $2 $1`',
    )
    .replace(/GET \/api\/(connectors|services|gateways|dead-letters)\b(?!\/)/g, '`idaemon get $1`');
}
