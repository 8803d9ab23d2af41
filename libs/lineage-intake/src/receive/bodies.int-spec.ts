import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  app = await startReceiving(servers);
});

afterAll(async () => {
  await app.close();
  await servers.drop();
});

const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
  post(`${app.url}/api/v1/lineage`, body, headers);

async function isStored(body: string | Buffer): Promise<boolean> {
  const bytes = Buffer.from(body);
  const row = await app.database.row<{ body: Buffer }>('select body from event where event_id = $1', [
    createHash('sha256').update(bytes).digest(),
  ]);
  return row?.body.equals(bytes) === true;
}

/** In chunks of a few bytes. */
function sendChunked(body: Buffer, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sending = request(`${app.url}/api/v1/lineage`, { method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    sending.on('error', reject);
    for (let at = 0; at < body.length; at += 100) sending.write(body.subarray(at, at + 100));
    sending.end();
  });
}

/** The text of an event with something in it that JSON.stringify does not write. */
const eventWith = (json: string) =>
  `{"odd":${json},${JSON.stringify(runEvent({ runId: randomUUID() })).slice(1)}`;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

test('gzip in chunks, in several members, and with the old name is unpacked', async () => {
  const body = Buffer.from(JSON.stringify(runEvent({ facets: { a: 'x'.repeat(5_000) } })));
  const members = Buffer.concat([gzipSync(body.subarray(0, 1_000)), gzipSync(body.subarray(1_000))]);
  expect(await sendChunked(members, { 'content-encoding': 'x-gzip' })).toBe(201);
  expect(await isStored(body)).toBe(true);
});

test.each([
  ['cut off', (zipped: Buffer) => zipped.subarray(0, zipped.length - 12)],
  [
    'broken',
    (zipped: Buffer) => Buffer.concat([zipped.subarray(0, 60), Buffer.from('xxxxxx'), zipped.subarray(66)]),
  ],
  ['none at all', () => Buffer.from('{}')],
])('gzip that is %s is answered 400', async (_, damage) => {
  const zipped = gzipSync(JSON.stringify(runEvent({ facets: { a: randomUUID() } })));
  expect((await send(damage(zipped), { 'content-encoding': 'gzip' })).status).toBe(400);
});

test.each([
  ['64-bit numbers', '[9223372036854775807, 4657867867867867867, 1e400, -0.0, 1.0]'],
  ['duplicate keys', '{"a":1,"a":2}'],
  ['NUL characters', String.raw`"a\u0000b"`],
  ['halves of surrogate pairs', String.raw`["\ud800", "\udc00x", {"\ud801": 1}]`],
  ['escapes of all kinds', String.raw`"\"\\\/\b\f\n\r\t\u00e9"`],
  ['a column called constructor', '{"constructor":{"type":"int"}}'],
  ['250 levels', nested(250)],
])('%s are taken and stored byte for byte', async (_, json) => {
  const body = eventWith(json);
  expect((await send(body)).status).toBe(201);
  expect(await isStored(body)).toBe(true);
});

test.each([
  ['deeper nesting', eventWith(nested(300))],
  ['far deeper nesting', eventWith(nested(1_000_000))],
  ['__proto__', eventWith('{"__proto__":{"isAdmin":true}}')],
  ['constructor.prototype', eventWith('{"constructor":{"prototype":{"isAdmin":true}}}')],
  ['invalid UTF-8', Buffer.concat([Buffer.from('{"odd":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')])],
  ['UTF-16', Buffer.from(eventWith('1'), 'utf16le')],
])('%s is answered 400', async (_, body) => {
  const answered = await send(body);
  expect([answered.status, answered.body.code]).toEqual([400, 'event-malformed']);
});

test('NUL characters and halves of pairs in names do not keep an event from being stored', async () => {
  const body = JSON.stringify(runEvent({ namespace: 'X' })).replace('"X"', String.raw`"a\u0000\ud800"`);
  expect((await send(body)).status).toBe(201);
  const asRunId = JSON.stringify(runEvent({ runId: 'RUN' })).replace('"RUN"', String.raw`"\u0000\udfff"`);
  expect((await send(asRunId)).status).toBe(201);
  expect(await isStored(asRunId)).toBe(true);
});

test('a facet of nearly 10 MiB and 100,000 inputs are taken', async () => {
  const facet = JSON.stringify(runEvent({ facets: { plan: 'x'.repeat(10 * 1024 * 1024 - 1_000) } }));
  expect((await send(facet)).status).toBe(201);
  expect(await isStored(facet)).toBe(true);
  const inputs = Array.from({ length: 100_000 }, (_, index) => ({
    namespace: `n${index % 50}`,
    name: `t${index}`,
  }));
  expect((await send(JSON.stringify({ ...runEvent(), inputs }))).status).toBe(201);
});

test('names of any length are taken', async () => {
  const long = 'n'.repeat(100_000);
  expect((await send(JSON.stringify(runEvent({ runId: long, namespace: long })))).status).toBe(201);
});

describe('events of real producers', () => {
  const folder = new URL('../../../open-lineage/__fixtures__/corpus/', import.meta.url);

  test.each(readdirSync(folder))('%s is taken whole, byte for byte', async (file) => {
    const lines = readFileSync(new URL(file, folder), 'utf8').trim().split('\n');
    const bodies = lines.map((line) => JSON.stringify((JSON.parse(line) as { event: unknown }).event));
    const answers = await Promise.all(bodies.map((body) => send(body)));
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    for (const body of bodies) expect(await isStored(body)).toBe(true);
  });
});
