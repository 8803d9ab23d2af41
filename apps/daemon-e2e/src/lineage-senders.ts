/** Clients that send OpenLineage events as real ones do, and remember what they were told. */
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

export interface SentEvent {
  runId: string;
  body: string;
  /** How often it was sent until it was acknowledged. */
  tries: number;
  isAcknowledged: boolean;
}

/** What one sender sends: an event only when the one before it was acknowledged. */
export type Conversation = readonly SentEvent[];

export interface Sending {
  readonly events: readonly SentEvent[];
  readonly statuses: ReadonlyMap<number | 'broken', number>;
  /** How many each receiver acknowledged. */
  readonly shares: ReadonlyMap<string, number>;
  readonly acknowledged: number;
  /** All are acknowledged. */
  readonly done: Promise<void>;
}

const retryAfterMs = 50;
const timeoutMs = 5_000;

/** Sends runs of a single event. */
export function sendEvents(receivers: readonly string[], count: number, connections: number): Sending {
  return sendConversations(
    receivers,
    Array.from({ length: count }, () => [eventOfRun(randomUUID())]),
    connections,
  );
}

/** Sends events over some connections at once, each again until one of the receivers has acknowledged it. */
export function sendConversations(
  receivers: readonly string[],
  conversations: readonly Conversation[],
  connections: number,
): Sending {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const statuses = new Map<number | 'broken', number>();
  const shares = new Map<string, number>();
  let next = 0;
  let acknowledged = 0;

  const send = async (event: SentEvent, first: number): Promise<void> => {
    while (!event.isAcknowledged) {
      const url = receivers[(first + event.tries) % receivers.length]!;
      event.tries += 1;
      const status = await post(agent, `${url}/api/v1/lineage`, event.body).catch(() => 'broken' as const);
      count(statuses, status);
      event.isAcknowledged = status === 201;
      if (event.isAcknowledged) count(shares, url);
      else await wait(retryAfterMs);
    }
    acknowledged += 1;
  };
  const converse = async (): Promise<void> => {
    for (let number = next++; number < conversations.length; number = next++) {
      for (const [place, event] of conversations[number]!.entries()) await send(event, number + place);
    }
  };
  const done = Promise.all(Array.from({ length: connections }, converse)).then(() => agent.destroy());
  return {
    events: conversations.flat(),
    statuses,
    shares,
    done,
    get acknowledged() {
      return acknowledged;
    },
  };
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function eventOfRun(runId: string): SentEvent {
  const body = JSON.stringify({
    eventType: 'COMPLETE',
    eventTime: '2026-11-21T12:56:12.620Z',
    producer: 'https://example.org/e2e',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId, facets: { e2e: { text: 'x'.repeat(500) } } },
    job: { namespace: 'e2e', name: 'load-orders' },
  });
  return { runId, body, tries: 0, isAcknowledged: false };
}

export function post(
  agent: Agent,
  url: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const usual = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const options = { method: 'POST', agent, headers: { ...usual, ...headers }, timeout: timeoutMs };
    const sending = request(url, options, (response) => {
      response.on('error', reject).on('end', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    sending.on('timeout', () => sending.destroy(new Error('No answer in time')));
    sending.on('error', reject);
    sending.end(body);
  });
}
