import { Run, type ConnectorStatus, type Difference, type Element, type List } from '@idaemon/contracts';
import { eventually } from './eventually.js';

export interface Answer<T = unknown> {
  status: number;
  body: T;
  headers: Headers;
}

/** The daemon's REST as a user's script would call it. */
export class Api {
  constructor(
    private readonly url: () => string,
    private readonly token: string,
  ) {}

  async call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(new URL(path, this.url()), {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      body: (isJson && text ? JSON.parse(text) : text) as T,
      headers: response.headers,
    };
  }

  async get<T>(path: string): Promise<T> {
    return this.#expect<T>('GET', path);
  }

  async put<T>(path: string, body: unknown): Promise<T> {
    return this.#expect<T>('PUT', path, body);
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.#expect<T>('POST', path, body);
  }

  status(connector: string): Promise<ConnectorStatus> {
    return this.get(`/api/connectors/${connector}/status`);
  }

  /** Asks for a refresh, plan or approval and waits for its end. */
  async run(
    connector: string,
    verb: 'refresh' | 'plan' | 'approve',
    body: unknown = {},
    deadlineMs = 60_000,
  ): Promise<Run> {
    const requested = Run.parse(await this.post(`/api/connectors/${connector}/${verb}`, body));
    return this.ended(connector, requested.id, deadlineMs);
  }

  async ended(connector: string, id: string, deadlineMs = 60_000): Promise<Run> {
    const path = `/api/connectors/${connector}/runs/${id}`;
    return eventually(`the end of run ${id} of ${connector}`, deadlineMs, async () => {
      const run = await this.get<Run>(path);
      return run.state === 'ended' ? run : undefined;
    });
  }

  /** Until the connector has finished a run that succeeded. */
  async caughtUp(connector: string, deadlineMs = 60_000): Promise<ConnectorStatus> {
    return eventually(`a successful run of ${connector}`, deadlineMs, async () => {
      const status = await this.status(connector);
      return status.lastRun?.outcome === 'succeeded' ? status : undefined;
    });
  }

  async differences(connector: string, id: string): Promise<Difference[]> {
    return (
      await this.get<List<Difference>>(`/api/connectors/${connector}/runs/${id}/differences?pageSize=1000`)
    ).items;
  }

  /** All elements that match, page by page. */
  async elements(query: Record<string, string>): Promise<Element[]> {
    const found: Element[] = [];
    let cursor: string | null = null;
    do {
      const parameters = new URLSearchParams({ ...query, pageSize: '500', ...(cursor ? { cursor } : {}) });
      const page: List<Element> = await this.get<List<Element>>(
        `/api/metadata/elements?${parameters.toString()}`,
      );
      found.push(...page.items);
      cursor = page.next;
    } while (cursor);
    return found;
  }

  async #expect<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call<T>(method, path, body);
    if (answer.status >= 400)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}
