/** Events to send, and how they are sent. */
import { randomUUID } from 'node:crypto';

export interface RunEventOptions {
  runId?: string;
  namespace?: string;
  eventType?: string;
  facets?: Record<string, unknown>;
}

export function runEvent({
  runId = randomUUID(),
  namespace = 'shop',
  eventType = 'START',
  facets,
}: RunEventOptions = {}) {
  return {
    eventType,
    eventTime: '2026-11-21T12:56:12.620Z',
    producer: 'https://example.org/producer',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId, ...(facets ? { facets } : {}) },
    job: { namespace, name: 'load-orders' },
  };
}

export interface Answered {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export async function post(
  url: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers,
    redirect: 'error',
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}
