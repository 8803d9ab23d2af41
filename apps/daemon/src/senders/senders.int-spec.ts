import { createHash } from 'node:crypto';
import { daemonMessages, events, type SenderKey } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDaemon, type DaemonApp } from '../testing/daemon-app.js';
import { restClient } from '../testing/rest-client.js';

let daemon: DaemonApp;
let intake: Messaging;
let send: ReturnType<typeof restClient>;

beforeAll(async () => {
  daemon = await startDaemon();
  send = restClient(daemon);
  intake = await Messaging.connect({ url: daemon.natsUrl, name: 'intake-spec' });
});

afterAll(async () => {
  await intake.close();
  await daemon.close();
});

async function keys(): Promise<{ revision: number; items: SenderKey[] }> {
  const items: SenderKey[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await intake.request(daemonMessages.senderKeys, {}, { cursor });
    items.push(...page.items);
    if (page.next === null) return { revision: page.revision, items };
    cursor = page.next;
  }
}

const make = (name: string, namespaces?: string[]) =>
  send('post', '/api/lineage/senders', { body: { name, ...(namespaces ? { namespaces } : {}) } });

test('a key is answered once, and the intake learns its hash', async () => {
  const { status, body } = await make('spark', ['prod', 'team-*']);
  expect(status).toBe(201);
  const key = String(body.key);
  expect(JSON.stringify((await send('get', '/api/lineage/senders')).body)).not.toContain(key);
  const known = (await keys()).items.find(({ name }) => name === 'spark');
  expect(known).toEqual({
    id: body.id,
    name: 'spark',
    hash: createHash('sha256').update(key).digest('hex'),
    namespaces: ['prod', 'team-*'],
    revokedAt: null,
  });
});

test('the intake is told of each change', async () => {
  const told = new Promise<number>((resolve) => {
    const listening = intake.subscribe(events.senderKeysChanged, {}, ({ revision }) => {
      listening.unsubscribe();
      resolve(revision);
    });
  });
  // The subscription is with the server once a request that was sent after it is answered.
  const before = await keys();
  await make('told');
  expect(await told).toBeGreaterThan(before.revision);
});

test('a revoked key stays known as such, and its name is free again', async () => {
  const { id } = (await make('dbt')).body;
  expect((await make('dbt')).status).toBe(409);
  expect((await send('delete', `/api/lineage/senders/${String(id)}`)).status).toBe(204);
  expect((await send('delete', `/api/lineage/senders/${String(id)}`)).status).toBe(404);
  const revoked = (await keys()).items.find((key) => key.id === id);
  expect(revoked?.revokedAt).toEqual(expect.any(String));
  expect((await make('dbt')).status).toBe(201);
});

test('a list of any length is read in pages', async () => {
  await daemon.database.rows(
    `insert into sender (id, name, hash, created_by)
     select gen_random_uuid(), 'many-' || n, sha256(n::text::bytea), 'spec' from generate_series(1, 450) n`,
  );
  const { items } = await keys();
  expect(items.filter(({ name }) => name.startsWith('many-'))).toHaveLength(450);
  expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
});

test('wrong patterns and the name of nobody are refused', async () => {
  expect((await make('x', ['a*b'])).status).toBe(400);
  expect((await make('anonymous')).status).toBe(400);
});

test('only administrators make keys', async () => {
  const { body } = await send('post', '/api/tokens', { body: { name: 'an operator', role: 'operator' } });
  const sent = { token: String(body.token), body: { name: 'mine' } };
  expect((await send('post', '/api/lineage/senders', sent)).status).toBe(403);
});
