import { createHash, randomUUID } from 'node:crypto';
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

beforeAll(async () => {
  servers = await receivingServers();
});

afterAll(() => servers.drop());

const keyOf = (name: string): SenderKey => ({
  id: randomUUID(),
  name,
  hash: createHash('sha256').update(`key-of-${name}`).digest('hex'),
  namespaces: [],
  revokedAt: null,
});
const start = () => startReceiving(servers, { IDAEMON_LINEAGE_SENDERS: 'known' });
const send = async (to: ReceivingApp, name: string) =>
  post(`${to.url}/lineage`, JSON.stringify(runEvent()), { authorization: `Bearer key-of-${name}` });

test('before the keys were ever read nobody is refused for good; then they outlive daemon and restart', async () => {
  const first = await start();
  const early = await send(first, 'spark');
  expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1']);

  const daemon = await daemonWithKeys(servers.natsUrl);
  daemon.set([keyOf('spark')]);
  await vi.waitFor(async () => expect((await send(first, 'spark')).status).toBe(201), 5_000);
  daemon.goAway();
  await daemon.close();
  expect((await send(first, 'spark')).status).toBe(201);
  // They are stored a moment after they are known.
  const stored = () => first.database.rows('select from sender_key');
  await vi.waitFor(async () => expect(await stored()).not.toEqual([]), 5_000);
  await first.close();

  const second = await start();
  expect((await send(second, 'spark')).status).toBe(201);
  expect((await send(second, 'nobody')).status).toBe(401);
  await second.close();
});

test('a key that is revoked is refused as soon as the daemon has said so', async () => {
  const daemon = await daemonWithKeys(servers.natsUrl);
  const key = keyOf('leaver');
  daemon.set([key]);
  const app = await start();
  await vi.waitFor(async () => expect((await send(app, 'leaver')).status).toBe(201), 5_000);
  daemon.set([{ ...key, revokedAt: '2026-11-21T12:00:00.000Z' }]);
  await vi.waitFor(async () => expect((await send(app, 'leaver')).status).toBe(401), 5_000);
  daemon.set([]);
  await vi.waitFor(async () => {
    const { body } = await send(app, 'leaver');
    expect(body.detail).toContain('not known');
  }, 5_000);
  await app.close();
  await daemon.close();
});
