import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DeliveryError } from './delivery.error.js';
import { LineageClient, type LineageClientOptions } from './lineage-client.js';

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | 'broken';

interface Request {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** A receiver that answers from a list, the last one for ever. */
function receiver(answers: Answer[], options: Partial<LineageClientOptions> = {}) {
  const requests: Request[] = [];
  const waits: number[] = [];
  let nowMs = 0;
  const fetchLike: typeof fetch = async (input, init) => {
    const headers = init?.headers as Record<string, string>;
    const bytes = Buffer.from(init?.body as Uint8Array);
    const body = headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    requests.push({
      path: new URL(input instanceof Request ? input.url : input).pathname,
      headers,
      body: body.toString(),
    });
    const answer = answers[Math.min(requests.length, answers.length) - 1]!;
    if (answer === 'broken') throw new TypeError('fetch failed');
    return new Response(JSON.stringify(answer.body ?? {}), answer);
  };
  const client = new LineageClient({
    url: 'http://receiver/',
    fetchLike,
    nowMs: () => nowMs,
    wait: async (ms) => {
      waits.push(ms);
      nowMs += ms;
    },
    ...options,
  });
  return { client, requests, waits };
}

const event = { eventTime: '2026-01-01T00:00:00Z', run: { runId: 'r' }, job: { namespace: 'a', name: 'b' } };
const ok: Answer = { status: 201, body: { eventId: 'abc' } };
const busy: Answer = { status: 503, headers: { 'retry-after': '1' } };

describe('an event', () => {
  it('is sent with the key, and its text stays as it is', async () => {
    const { client, requests } = receiver([ok], { key: 'lineage_1' });
    const text = '{ "eventTime":"2026-01-01T00:00:00Z", "n": 4657867867867867867 }';
    expect(await client.send(text)).toEqual({ eventId: 'abc' });
    expect(requests).toEqual([
      {
        path: '/api/v1/lineage',
        headers: { 'content-type': 'application/json', authorization: 'Bearer lineage_1' },
        body: text,
      },
    ]);
  });

  it('is packed when that is worth it', async () => {
    const { client, requests } = receiver([ok]);
    const large = { ...event, producer: 'x'.repeat(2_000) };
    await client.send(large);
    expect(requests[0]?.headers['content-encoding']).toBe('gzip');
    expect(requests[0]?.body).toBe(JSON.stringify(large));
    const plain = receiver([ok], { gzip: false });
    await plain.client.send(large);
    expect(plain.requests[0]?.headers).not.toHaveProperty('content-encoding');
  });

  it('is sent again when nothing answers and after 408, 429 and 5xx, at the time that the receiver says', async () => {
    const answers: Answer[] = ['broken', busy, { status: 429 }, { status: 500 }, { status: 408 }, ok];
    const { client, waits } = receiver(answers);
    expect(await client.send(event)).toEqual({ eventId: 'abc' });
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
  });

  it.each([400, 401, 403, 404, 413, 422, 501, 302])('is not sent again after %i', async (status) => {
    const { client, requests } = receiver([{ status, body: { detail: 'No.' } }]);
    await expect(client.send(event)).rejects.toMatchObject({
      status,
      message: `http://receiver/api/v1/lineage answered ${status}: No.`,
    });
    expect(requests).toHaveLength(1);
  });

  it('is given up when the time is over, with the last reason', async () => {
    const { client, waits } = receiver([busy], { giveUpAfterMs: 3_000 });
    await expect(client.send(event)).rejects.toMatchObject({ status: 503 });
    expect(waits).toEqual([1_000, 1_000, 1_000]);
  });

  it('that is refused says where, by the pointers of the receiver', async () => {
    const errors = [{ pointer: '/run/runId', keyword: 'required', message: 'It is missing.' }];
    const { client } = receiver([{ status: 400, body: { detail: 'Malformed.', errors } }]);
    const failure = await client.send('{}').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DeliveryError);
    expect((failure as DeliveryError).problems).toEqual(errors);
  });

  it('is not sent any more once the call is aborted', async () => {
    const stopping = new AbortController();
    const { client, requests } = receiver([busy], { wait: async () => stopping.abort(new Error('stop')) });
    await expect(client.send(event, { signal: stopping.signal })).rejects.toThrow('stop');
    expect(requests).toHaveLength(1);
  });
});

describe('a batch', () => {
  it('of many events travels in portions, and refused ones keep their place', async () => {
    const refused = { status: 200, body: { failed_events: [{ index: 3, reason: 'bad' }] } };
    const { client, requests } = receiver([{ status: 200, body: { failed_events: [] } }, refused]);
    const outcome = await client.sendBatch(Array.from({ length: 1_500 }, () => event));
    expect(outcome).toEqual({ taken: 1_499, failed: [{ index: 1_003, reason: 'bad', retriable: false }] });
    expect(requests.map(({ body }) => (JSON.parse(body) as unknown[]).length)).toEqual([1_000, 500]);
  });

  it('sends those again that may go well', async () => {
    const failed = [{ index: 1, reason: 'away', retriable: true }];
    const { client, requests } = receiver([{ status: 200, body: { failed_events: failed } }, ok]);
    expect(await client.sendBatch([event, { ...event, producer: 'x' }])).toEqual({ taken: 2, failed: [] });
    expect(requests[1]?.path).toBe('/api/v1/lineage');
    expect(requests[1]?.body).toContain('"producer":"x"');
  });

  it('goes one by one to a receiver without batches', async () => {
    const malformed: Answer = { status: 400, body: { detail: 'Malformed.' } };
    const { client, requests } = receiver([{ status: 404 }, ok, malformed, ok]);
    const outcome = await client.sendBatch([event, '{}', event]);
    expect(outcome).toMatchObject({ taken: 2, failed: [{ index: 1 }] });
    expect(requests.map(({ path }) => path)).toEqual([
      '/api/v1/lineage/batch',
      ...Array.from({ length: 3 }, () => '/api/v1/lineage'),
    ]);
  });

  it('that one broken text spoils goes one by one', async () => {
    const { client } = receiver([{ status: 400 }, ok, { status: 400, body: { detail: 'No JSON.' } }, ok]);
    expect(await client.sendBatch([event, '{"a":', event])).toMatchObject({
      taken: 2,
      failed: [{ index: 1 }],
    });
  });

  it('of nothing asks nobody', async () => {
    const { client, requests } = receiver(['broken']);
    expect(await client.sendBatch([])).toEqual({ taken: 0, failed: [] });
    expect(requests).toEqual([]);
  });
});

describe('validating', () => {
  const { client } = receiver(['broken']);

  it('takes what a lenient receiver takes, and warns', () => {
    expect(client.validate(event, 'lenient').isValid).toBe(true);
    expect(client.validate(event, 'strict')).toMatchObject({ isValid: false });
  });

  it('says where an event is malformed', () => {
    expect(client.validate('{"eventTime":1}', 'lenient')).toMatchObject({
      isValid: false,
      issues: [{ severity: 'error' }],
    });
    expect(client.validate('no json').isValid).toBe(false);
  });
});
