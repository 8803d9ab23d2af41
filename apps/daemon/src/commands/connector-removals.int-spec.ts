import { BusyError, gatewayMessages } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startDaemon, type DaemonApp } from '../testing/daemon-app.js';
import { folderDefinition, registerInstance } from '../testing/registered-service.js';
import { restClient } from '../testing/rest-client.js';

const path = '/api/connectors/landing';
/** Stopped: nobody has to let go of it first. */
const document = {
  ...{ name: 'landing', service: 'files-integrator', connector: 'folder', config: { path: '/d' } },
  initialState: 'stopped',
};

let first: DaemonApp;
let daemon: DaemonApp;
let gateway: Messaging;
/** What the gateway has; it removes as many as it is asked for. */
let elements: number;
let removed: number;
/** Set: the gateway refuses. */
let refusal: Error | undefined;
/** Called when a step is done, before it is answered. */
let onStep: () => Promise<void>;

beforeEach(async () => {
  first = daemon = await startDaemon();
  await registerInstance(daemon.database, 'files-integrator', [folderDefinition]);
  [elements, removed, refusal, onStep] = [9_000, 0, undefined, async () => undefined];
  gateway = await Messaging.connect({ url: daemon.natsUrl, name: 'gateway-spec' });
  const at = { gateway: 'default' };
  gateway.respond(gatewayMessages.removeConnector, at, async ({ limit = Infinity }) => {
    if (refusal) throw refusal;
    const count = Math.min(limit, elements - removed);
    removed += count;
    await onStep();
    return { removed: count, isDone: removed === elements };
  });
  gateway.respond(gatewayMessages.runDifferences, at, async () => ({
    items: [],
    total: removed,
    next: null,
  }));
  await restClient(daemon)('put', path, { body: document });
});
afterEach(async () => {
  await gateway.close();
  if (daemon !== first) await daemon.close();
  await first.close();
});

const send = (...sent: Parameters<ReturnType<typeof restClient>>) => restClient(daemon)(...sent);
const deleteAll = async () =>
  (await send('delete', path, { query: { elements: 'remove' } })).body.id as string;
const run = async (id: string) => (await send('get', `${path}/runs/${id}`)).body;

test('elements of a deleted connector are removed step by step, and each step shows in the run', async () => {
  const seen: unknown[] = [];
  onStep = async () => void seen.push((await run(id)).counts);
  const id = await deleteAll();
  await vi.waitFor(async () => expect(await run(id)).toMatchObject({ state: 'ended' }), 10_000);
  expect(seen.map((counts) => (counts as { removed: number }).removed)).toEqual([
    0, 2_000, 4_000, 6_000, 8_000,
  ]);
  expect(await run(id)).toMatchObject({ outcome: 'succeeded', error: null, counts: { removed: 9_000 } });
  expect((await send('get', `${path}/runs`)).body).toMatchObject({ items: [{ id, mode: 'removal' }] });
  expect((await send('put', path, { body: document })).status).toBe(201);
});

test('a removal waits with its reason, is answered when it is asked for again, and keeps the name', async () => {
  refusal = new BusyError('The gateway default', { retryAfterMs: 1_000 });
  const id = await deleteAll();
  await vi.waitFor(async () => expect(await run(id)).toMatchObject({ error: { code: 'busy' } }), 10_000);
  expect(await deleteAll()).toBe(id);
  expect((await send('put', path, { body: document })).body).toMatchObject({
    code: 'conflict',
    action: expect.stringContaining(`${path}/runs`) as string,
  });
  refusal = undefined;
  await vi.waitFor(async () => expect(await run(id)).toMatchObject({ state: 'ended', error: null }), 20_000);
});

test('elements that were kept are removed when somebody asks for it later, and only under a name that was there', async () => {
  const kept = await send('delete', path, {});
  expect(kept.status).toBe(204);
  expect((await send('delete', path, {})).status).toBe(404);
  const id = await deleteAll();
  expect(await deleteAll()).toBe(id);
  await vi.waitFor(async () => expect(await run(id)).toMatchObject({ state: 'ended' }), 10_000);
  expect(await run(id)).toMatchObject({ outcome: 'succeeded', counts: { removed: 9_000 } });
  const again = await deleteAll();
  expect(again).not.toBe(id);
  await vi.waitFor(async () => expect(await run(again)).toMatchObject({ state: 'ended' }), 10_000);
  const never = await send('delete', '/api/connectors/never', { query: { elements: 'remove' } });
  expect(never.body).toMatchObject({ code: 'not-found' });
});

test('a restarted daemon goes on with a removal and counts the step whose answer was lost', async () => {
  let closing: Promise<void> | undefined;
  onStep = async () => {
    if (removed === 4_000) closing = daemon.app.close();
    await closing;
  };
  const id = await deleteAll();
  await vi.waitFor(() => expect(removed).toBe(4_000), 10_000);
  await closing;
  daemon = await startDaemon({ replicaOf: first });
  await vi.waitFor(async () => expect(await run(id)).toMatchObject({ state: 'ended' }), 10_000);
  expect((await run(id)).counts).toMatchObject({ removed: 9_000 });
});
