import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  receivingServers,
  startReceiving,
  type ReceivingApp,
  type ReceivingServers,
} from '../testing/receiving-app.js';
import { post, runEvent } from '../testing/sent-events.js';

let servers: ReceivingServers;
let app: ReceivingApp;

beforeAll(async () => {
  servers = await receivingServers();
  app = await startReceiving(servers, {
    IDAEMON_LINEAGE_WAIT: '1s',
    IDAEMON_LINEAGE_MAX_BODY: '4',
    IDAEMON_LINEAGE_MAX_UNPACKED: '16',
  });
});

afterAll(async () => {
  await app.close();
  await servers.drop();
});

const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
  post(`${app.url}/api/v1/lineage/batch`, body, headers);

async function storedOf(runId: string): Promise<string[]> {
  const rows = await app.database.rows<{ body: Buffer }>(
    'select body from event where ordering_key = $1 order by stream, position',
    [`run:${runId}`],
  );
  return rows.map(({ body }) => body.toString());
}

const counts = (received: number, failed: number) => ({
  received,
  successful: received - failed,
  failed,
  retriable: 0,
  non_retriable: failed,
});

test('an empty batch is a success', async () => {
  const { status, body } = await send(' [ ] ');
  expect([status, body]).toEqual([200, { status: 'success', summary: counts(0, 0), failed_events: [] }]);
});

test('events of all kinds are stored as they were written, those of one run in their order', async () => {
  const first = runEvent();
  const { runId } = first.run;
  const texts = [
    JSON.stringify(first),
    JSON.stringify({ ...first, run: undefined, eventType: undefined }),
    `{"eventTime":"2026-11-21T12:00:00Z", "dataset": {"namespace":"a","name":"b"}, "n": 1e400}`,
    JSON.stringify(runEvent({ runId, eventType: 'RUNNING' }), undefined, 2),
    JSON.stringify(runEvent({ runId, eventType: 'COMPLETE' })),
  ];
  const { status, body } = await send(`[${texts.join(' ,\n')}]`);
  expect([status, body.summary]).toEqual([200, counts(5, 0)]);
  expect(await storedOf(runId)).toEqual([texts[0], texts[3], texts[4]]);
});

test('one wrong event of a thousand is named, the others are stored', async () => {
  const events = Array.from({ length: 1_000 }, () => JSON.stringify(runEvent()));
  events[500] = '{"eventTime":"2026-11-21T12:00:00Z","run":{},"job":{"namespace":"a","name":"b"}}';
  const { status, body } = await send(gzipSync(`[${events.join()}]`), { 'content-encoding': 'gzip' });
  expect([status, body.status, body.summary]).toEqual([200, 'partial_success', counts(1_000, 1)]);
  expect(body.failed_events).toEqual([
    { index: 500, reason: expect.stringContaining('/run/runId') as string, retriable: false },
  ]);
  const ids = events
    .filter((_, index) => index !== 500)
    .map((text) => (JSON.parse(text) as ReturnType<typeof runEvent>).run.runId);
  const found = await app.database.row<{ count: number }>(
    `select count(*)::int as count from event where ordering_key = any($1)`,
    [ids.map((id) => `run:${id}`)],
  );
  expect(found?.count).toBe(999);
});

test('a batch of nothing but wrong events is answered with all of them', async () => {
  const { status, body } = await send('[{}, 7, "text", null, [], {"a":[1,{"b":"],"}]}]');
  expect([status, body.status, body.summary]).toEqual([200, 'partial_success', counts(6, 6)]);
  expect((body.failed_events as { index: number }[]).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
});

test('the same event twice in a batch, and the same batch twice, are stored once', async () => {
  const event = runEvent();
  const text = JSON.stringify(event);
  for (let time = 0; time < 2; time++) {
    const { status, body } = await send(`[${text},${text}]`);
    expect([status, body.summary]).toEqual([200, counts(2, 0)]);
  }
  expect(await storedOf(event.run.runId)).toEqual([text]);
});

test.each([
  ['an object', '{}'],
  ['nothing', ''],
  ['a cut array', '[{"a":1},'],
  ['more events than are taken', `[${Array.from({ length: 1_001 }, () => '{}').join()}]`],
])('%s is no batch: 400', async (_, body) => {
  const answered = await send(body);
  expect([answered.status, answered.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
});

test('a batch that is too large is answered 413, as it is sent or decompressed', async () => {
  const large = Buffer.alloc(5 * 1024 * 1024, ' ');
  expect((await send(large)).status).toBe(413);
  const packed = gzipSync(Buffer.alloc(20 * 1024 * 1024, ' '));
  expect((await send(packed, { 'content-encoding': 'gzip' })).status).toBe(413);
});

test('a batch that cannot be stored is answered 503 as a whole', async () => {
  const event = runEvent();
  await app.postgres.cut();
  const refused = await send(JSON.stringify([event]));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  await app.postgres.mend();
  const again = await send(JSON.stringify([event]));
  expect(again.status).toBe(200);
  expect(await storedOf(event.run.runId)).toHaveLength(1);
});
