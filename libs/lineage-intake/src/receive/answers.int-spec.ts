import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { SenderKey } from '@idaemon/contracts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  daemonWithKeys,
  receivingServers,
  startReceiving,
  type ReceivingApp,
  type ReceivingServers,
} from '../testing/receiving-app.js';
import { post, runEvent } from '../testing/sent-events.js';

let servers: ReceivingServers;
let app: ReceivingApp;
let limited: ReceivingApp;
let strict: ReceivingApp;
let daemon: Awaited<ReturnType<typeof daemonWithKeys>>;

const keyOf = (name: string, namespaces: string[] = [], revokedAt: string | null = null): SenderKey => ({
  id: randomUUID(),
  name,
  hash: createHash('sha256').update(`key-of-${name}`).digest('hex'),
  namespaces,
  revokedAt,
});

beforeAll(async () => {
  servers = await receivingServers();
  daemon = await daemonWithKeys(servers.natsUrl);
  daemon.set([
    keyOf('spark'),
    keyOf('team-a', ['team-a', 'shared-*']),
    keyOf('old', [], '2026-11-21T12:00:00.000Z'),
  ]);
  app = await startReceiving(servers, { IDAEMON_LINEAGE_WAIT: '1s' });
  limited = await startReceiving(servers, {
    IDAEMON_LINEAGE_SENDERS: 'known',
    IDAEMON_LINEAGE_MAX_BODY: '1',
    IDAEMON_LINEAGE_MAX_UNPACKED: '8',
    IDAEMON_LINEAGE_MAX_IN_FLIGHT: '8',
  });
  strict = await startReceiving(servers, { IDAEMON_LINEAGE_VALIDATION: 'strict' });
});

afterAll(async () => {
  await Promise.all([app, limited, strict].map((one) => one.close()));
  await daemon.close();
  await servers.drop();
});

const single = (to: ReceivingApp) => `${to.url}/api/v1/lineage`;
const bearer = (name: string) => ({ authorization: `Bearer key-of-${name}` });

async function stored(
  body: string | Buffer,
): Promise<{ body: Buffer; sender: string; ordering_key: string }[]> {
  const id = createHash('sha256').update(body).digest();
  return app.database.rows('select body, sender, ordering_key from event where event_id = $1', [id]);
}

/** A connection that is written to by hand; answers all that came until its end. */
async function raw(to: ReceivingApp): Promise<{ socket: Socket; ended: Promise<string> }> {
  const { port } = new URL(to.url);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, ended: once(socket, 'close').then(() => text) };
}

/** Until a commit has failed, and is going to be tried again. */
async function untilItWaits({ logged }: ReceivingApp): Promise<void> {
  await vi.waitFor(() => expect(logged.join()).toContain('cannot be stored at the moment'));
}

test('an event is answered 201 with its id, and stored byte for byte', async () => {
  const body = ` ${JSON.stringify(runEvent({ facets: { big: { value: 1 } } })).replace('"value":1', '"value":9223372036854775807')}\n`;
  const answered = await post(single(app), body, { 'content-type': 'application/json' });
  expect(answered.status).toBe(201);
  expect(answered.headers.get('content-type')).toBe('application/json');
  expect(answered.body).toEqual({ eventId: createHash('sha256').update(body).digest('hex') });
  expect((await stored(body)).map((row) => row.body.toString())).toEqual([body]);
});

test('the same event again is answered like the first and stored once', async () => {
  const body = JSON.stringify(runEvent());
  const answers = await Promise.all(Array.from({ length: 12 }, () => post(single(app), body)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(answers.map((answered) => JSON.stringify(answered.body))).size).toBe(1);
  expect(await stored(body)).toHaveLength(1);
});

test.each([
  ['/api/v1/lineage'],
  ['/api/v1/lineage/'],
  ['/lineage'],
  ['/lineage/?verbose=1'],
  ['/base/x/api/v1/lineage'],
  ['//api/v1/lineage'],
  ['/servers/daemon/open-metadata/integration-services/lineage-integrator/users/me/api/v1/lineage'],
])('%s takes an event', async (path) => {
  const body = JSON.stringify(runEvent());
  expect((await post(`${app.url}${path}`, body)).status).toBe(201);
  expect(await stored(body)).toHaveLength(1);
});

test.each([
  [
    '/servers/daemon/open-metadata/integration-services/lineage-integrator/users/me/publish-open-lineage-event',
  ],
  ['/servers/daemon/open-metadata/integration-daemon/publish-open-lineage-event'],
])("%s takes an event in Egeria's manner", async (path) => {
  const body = JSON.stringify(runEvent());
  const taken = await post(`${app.url}${path}`, body);
  expect([taken.status, taken.body]).toEqual([200, { class: 'VoidResponse', relatedHTTPCode: 200 }]);
  expect(await stored(body)).toHaveLength(1);
  const refused = await post(`${app.url}${path}`, '{}');
  expect(refused.status).toBe(400);
  expect(refused.body).toMatchObject({ class: 'VoidResponse', relatedHTTPCode: 400 });
});

test('another path is answered 404 with the right one', async () => {
  const { status, body } = await post(`${app.url}/api/v2/lineage-events`, '{}');
  expect([status, body.code]).toEqual([404, 'not-found']);
  expect(body.detail).toContain('/api/v1/lineage');
});

test.each([
  ['nothing', '', ''],
  ['no JSON', '{"eventTime": secret', ''],
  ['an array', '[]', ''],
  ['no kind', '{"eventTime":"2026-11-21T12:56:12Z"}', ''],
  ['no run id', JSON.stringify({ ...runEvent(), run: { secret: 'secret' } }), '/run/runId'],
  ['no job', JSON.stringify({ ...runEvent(), job: undefined }), '/job'],
  [
    'a name of another type',
    JSON.stringify({ ...runEvent(), job: { namespace: 'a', name: ['secret'] } }),
    '/job/name',
  ],
])('%s is answered 400 with its place and without its values', async (_, body, pointer) => {
  const answered = await post(single(app), body);
  expect(answered.status).toBe(400);
  expect(answered.headers.get('content-type')).toBe('application/problem+json');
  expect(answered.headers.get('retry-after')).toBeNull();
  expect(answered.body).toMatchObject({
    status: 400,
    code: 'event-malformed',
    title: expect.any(String) as string,
  });
  expect((answered.body.errors as { pointer: string }[])[0]).toMatchObject({
    pointer,
    keyword: expect.any(String) as string,
    message: expect.any(String) as string,
  });
  expect(JSON.stringify(answered.body)).not.toContain('secret');
});

test('a problem repeats the id of the request, and names at most 20 places', async () => {
  const inputs = Array.from({ length: 50 }, () => ({ namespace: 1 }));
  const answered = await post(single(app), JSON.stringify({ ...runEvent(), inputs }), {
    'x-request-id': 'r-1',
  });
  expect(answered.body.requestId).toBe('r-1');
  expect(answered.body.errors).toHaveLength(20);
});

test('what does not fit its schema is taken by default and answered 422 by strict receivers', async () => {
  const odd = JSON.stringify({ ...runEvent(), inputs: [{ namespace: 'a', name: 'b', facets: 7 }] });
  expect((await post(single(app), odd)).status).toBe(201);
  const refused = await post(single(strict), odd, { 'content-type': 'application/json' });
  expect([refused.status, refused.body.code]).toEqual([422, 'event-invalid']);
  expect((refused.body.errors as { pointer: string }[])[0]?.pointer).toMatch(/^\/inputs\/0/);
  const right = await post(single(strict), JSON.stringify(runEvent()), {
    'content-type': 'application/json',
  });
  expect(right.status).toBe(201);
});

test('any content type is taken, except by strict receivers', async () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    ';;;',
    'application/json; charset=UTF-8',
  ]) {
    expect((await post(single(app), JSON.stringify(runEvent()), { 'content-type': type })).status).toBe(201);
  }
  const refused = await post(single(strict), JSON.stringify(runEvent()), { 'content-type': 'text/plain' });
  expect(refused.status).toBe(415);
});

test('gzip is taken, what is compressed otherwise is answered 415 with what is taken', async () => {
  const body = JSON.stringify(runEvent());
  const zipped = await post(single(app), gzipSync(body), { 'content-encoding': 'gzip' });
  expect(zipped.status).toBe(201);
  expect(await stored(body)).toHaveLength(1);
  const refused = await post(single(app), body, { 'content-encoding': 'br' });
  expect([refused.status, refused.headers.get('accept-encoding')]).toEqual([415, 'gzip']);
});

test('without a key, with one that is unknown or revoked: 401 and the scheme', async () => {
  const body = JSON.stringify(runEvent());
  for (const headers of [{}, bearer('nobody'), bearer('old'), { authorization: 'Basic abc' }]) {
    const answered = await post(single(limited), body, headers);
    expect([answered.status, answered.headers.get('retry-after')]).toEqual([401, null]);
    expect(answered.headers.get('www-authenticate')).toMatch(/^Bearer/);
  }
  expect((await post(single(app), body, bearer('nobody'))).status).toBe(401);
  expect(await stored(body)).toHaveLength(0);
});

test('an event keeps the name of its sender', async () => {
  const [known, unknown] = [JSON.stringify(runEvent()), JSON.stringify(runEvent())];
  expect((await post(single(limited), known, bearer('spark'))).status).toBe(201);
  expect((await post(single(app), unknown)).status).toBe(201);
  expect((await stored(known))[0]?.sender).toBe('spark');
  expect((await stored(unknown))[0]?.sender).toBe('anonymous');
});

test('a key speaks of jobs in its namespaces only: 403 else', async () => {
  const send = (namespace: string) =>
    post(single(limited), JSON.stringify(runEvent({ namespace })), bearer('team-a'));
  expect((await send('team-a')).status).toBe(201);
  expect((await send('shared-jobs')).status).toBe(201);
  const refused = await send('team-b');
  expect([refused.status, refused.body.code]).toEqual([403, 'not-authorized']);
  expect(refused.body.errors).toMatchObject([{ pointer: '/job/namespace' }]);
});

test('a key that was made a moment ago is known, before anybody was told', async () => {
  await vi.waitFor(async () => {
    daemon.set([keyOf('spark'), keyOf('team-a', ['team-a', 'shared-*']), keyOf('new')], { isTold: false });
    const { status } = await post(single(limited), JSON.stringify(runEvent()), bearer('new'));
    expect(status).toBe(201);
  }, 5_000);
});

test('a body that is too large is answered 413, readable to whoever still sends it, without Retry-After', async () => {
  for (const head of ['content-length: 3000000', 'transfer-encoding: chunked']) {
    const { socket, ended } = await raw(limited);
    socket.write(
      `POST /api/v1/lineage HTTP/1.1\r\nhost: x\r\nauthorization: ${bearer('spark').authorization}\r\n${head}\r\n\r\n`,
    );
    const chunk = Buffer.alloc(100_000, 'x');
    for (let sent = 0; sent < 30; sent++) {
      if (head.startsWith('transfer')) socket.write(`${chunk.length.toString(16)}\r\n`);
      socket.write(chunk);
      if (head.startsWith('transfer')) socket.write('\r\n');
    }
    if (head.startsWith('transfer')) socket.write('0\r\n\r\n');
    const text = await ended;
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toMatch(/connection: close/i);
    expect(text).not.toMatch(/retry-after/i);
  }
});

test('what becomes too large when it is decompressed is answered 413', async () => {
  const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, ' '));
  const { status } = await post(single(limited), bomb, { 'content-encoding': 'gzip', ...bearer('spark') });
  expect(status).toBe(413);
  const heap = process.memoryUsage().arrayBuffers;
  expect((await post(single(app), bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
  expect(process.memoryUsage().arrayBuffers - heap).toBeLessThan(64 * 1024 * 1024);
});

test('more than can be held is answered 503 at once, and taken again when there is room', async () => {
  const waiting = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const open = await raw(limited);
      open.socket.write(
        `POST /api/v1/lineage HTTP/1.1\r\nhost: x\r\nauthorization: ${bearer('spark').authorization}\r\ncontent-length: 1000000\r\n\r\n{`,
      );
      return open;
    }),
  );
  const send = () =>
    post(single(limited), JSON.stringify(runEvent({ facets: { a: 'x'.repeat(900_000) } })), bearer('spark'));
  await vi.waitFor(async () => {
    const begun = performance.now();
    const refused = await send();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(performance.now() - begun).toBeLessThan(500);
  }, 5_000);
  for (const { socket } of waiting) socket.destroy();
  await vi.waitFor(async () => expect((await send()).status).toBe(201), 5_000);
});

test('a Postgres that is away for a moment costs nobody an event; longer: 503 with Retry-After', async () => {
  const patient = JSON.stringify(runEvent());
  await app.postgres.cut();
  const waiting = post(single(app), patient);
  await untilItWaits(app);
  await app.postgres.mend();
  expect((await waiting).status).toBe(201);
  expect(await stored(patient)).toHaveLength(1);

  await app.postgres.cut();
  const begun = performance.now();
  const refused = await post(single(app), JSON.stringify(runEvent()));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(performance.now() - begun).toBeLessThan(2_500);
  await app.postgres.mend();
  await vi.waitFor(
    async () => expect((await post(single(app), JSON.stringify(runEvent()))).status).toBe(201),
    5_000,
  );
});

test('a Postgres that falls silent is answered 503 in time, and an event that comes again is stored once', async () => {
  const body = JSON.stringify(runEvent());
  app.postgres.silence();
  const refused = await post(single(app), body);
  expect(refused.status).toBe(503);
  await app.postgres.cut();
  await app.postgres.mend();
  await vi.waitFor(async () => expect((await post(single(app), body)).status).toBe(201), 10_000);
  expect(await stored(body)).toHaveLength(1);
});

test('while it stops, what is in flight is answered, and what is new is sent elsewhere', async () => {
  const leaving = await startReceiving(servers, { IDAEMON_LINEAGE_WAIT: '3s' });
  await leaving.postgres.cut();
  const body = JSON.stringify(runEvent());
  const inFlight = post(single(leaving), body);
  const idle = await raw(leaving);
  await untilItWaits(leaving);
  leaving.beginToStop();
  idle.socket.write('POST /lineage HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
  const refused = await idle.ended;
  expect(refused).toMatch(/^HTTP\/1\.1 503 /);
  expect(refused).toMatch(/connection: close/i);
  expect(refused).toMatch(/retry-after: 1/i);
  await leaving.postgres.mend();
  const answered = await inFlight;
  expect([answered.status, answered.headers.get('connection')]).toEqual([201, 'close']);
  expect(await stored(body)).toHaveLength(1);
  await leaving.close();
});
