import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { daemonMessages } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheFolder } from '../../../../tools/launcher/folders.mjs';
import { interruptibleProxy } from '../../../../tools/launcher/interruptible-proxy.mjs';
import { startNatsServer } from '../../../../tools/launcher/nats-server.mjs';
import { freshDatabase } from '../../../../tools/launcher/testing.mjs';
import { addConnectors, connectorNames } from '../testing/connector-rows.js';
import { startDaemonReplica, type DaemonReplica } from '../testing/daemon-replica.js';

import { InstanceStandIn } from '../testing/instance-stand-in.js';
import { LiveInstance } from '../testing/live-instance.js';
import { Heartbeats } from './heartbeats.js';
import { Leader } from './leader.js';
import { WakeUps } from './wake-ups.js';

/** A NATS server of its own: the daemons of other specs must not answer, and it can be stopped. */
let nats: Awaited<ReturnType<typeof startNatsServer>>;
let folder: string;
let postgresUrl: string;
let drop: () => Promise<void>;
let daemons: DaemonReplica[];
let instances: LiveInstance[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idaemon-replicas-'));
  nats = await startNatsServer({ folder, cacheFolder: cacheFolder(), preferredPort: 15_222 });
  ({ url: postgresUrl, drop } = await freshDatabase());
  daemons = [];
  instances = [];
});

afterEach(async () => {
  await Promise.all(instances.map((instance) => instance.kill()));
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  await nats.stop();
  await drop();
  await rm(folder, { recursive: true });
});

async function addDaemon(leaseMs?: number): Promise<DaemonReplica> {
  const daemon = await startDaemonReplica({ postgresUrl, natsUrl: nats.url, hasLoops: true, leaseMs });
  daemons.push(daemon);
  return daemon;
}

async function addInstance(): Promise<LiveInstance> {
  const instance = await LiveInstance.start(nats.url);
  instances.push(instance);
  return instance;
}

async function kill(instance: LiveInstance): Promise<void> {
  instances = instances.filter((one) => one !== instance);
  await instance.kill();
}

const until = (check: () => void, timeout: number) => vi.waitFor(check, { timeout, interval: 20 });
const all = () => instances.flatMap(({ connectors }) => connectors).sort();
const epochs = () =>
  new Map(
    instances.flatMap(({ standIn }) => [...standIn.owned].map(([key, { epoch }]) => [key, epoch] as const)),
  );

/** Two replicas of the daemon, two instances that share twenty connectors. */
async function system(leaseMs?: number): Promise<void> {
  const [daemon] = [await addDaemon(leaseMs), await addDaemon(leaseMs)];
  await addInstance();
  await addInstance();
  await addConnectors(daemon.database, connectorNames(20));
  await daemon.get(WakeUps).connectors(connectorNames(20), 'connectors were added');
  await until(() => expect(instances.map(({ connectors }) => connectors.length)).toEqual([10, 10]), 10_000);
}

test('a third instance takes at most seven of twenty connectors; those of a killed one run elsewhere within 10 s', async () => {
  await system();
  const before = epochs();
  const third = await addInstance();
  await until(() => {
    expect(third.connectors.length).toBeGreaterThanOrEqual(6);
    expect(all()).toEqual(connectorNames(20));
  }, 5_000);
  const moved = [...epochs()].filter(([key, epoch]) => before.get(key) !== epoch);
  expect(moved.length).toBeLessThanOrEqual(7);

  const left = epochs();
  for (const key of third.standIn.owned.keys()) left.delete(key);
  await kill(third);
  await until(() => expect(all()).toEqual(connectorNames(20)), 10_000);
  const now = epochs();
  for (const [key, epoch] of left) expect(now.get(key)).toBe(epoch);
});

test('the other replica takes over from a killed leader, and only a newcomer gets connectors', async () => {
  await system();
  const before = epochs();
  const leading = daemons.filter((daemon) => daemon.get(Leader).isLeading);
  expect(leading).toHaveLength(1);
  daemons = daemons.filter((daemon) => daemon !== leading[0]);
  await leading[0]?.kill();
  const [other] = daemons;
  await until(() => expect(other?.get(Leader).isLeading).toBe(true), 10_000);
  await addInstance();
  await until(() => expect(instances[2]?.connectors.length).toBeGreaterThanOrEqual(6), 5_000);
  const moved = [...epochs()].filter(([key, epoch]) => before.get(key) !== epoch);
  expect(moved.length).toBeLessThanOrEqual(7);
});

test('only a newcomer gets connectors after NATS was away for longer than a lease and all daemons were restarted', async () => {
  await system(3_000);
  const before = epochs();
  await nats.stop();
  const [first] = daemons;
  await until(() => expect(first?.messaging.isConnected).toBe(false), 10_000);
  const silentSince = Date.now();
  await until(() => expect(Date.now() - silentSince).toBeGreaterThan(4_000), 10_000);
  await nats.start();
  await until(() => expect(daemons.some((daemon) => daemon.get(Leader).isLeading)).toBe(true), 10_000);

  await Promise.all(daemons.splice(0).map((daemon) => daemon.stop()));
  await addDaemon(3_000);
  const third = await addInstance();
  await until(() => expect(third.connectors.length).toBeGreaterThanOrEqual(6), 10_000);
  const moved = [...epochs()].filter(([key, epoch]) => before.get(key) !== epoch);
  expect(moved.length).toBeLessThanOrEqual(7);
});

test('nobody answers for the daemon while Postgres is away, and only a newcomer gets connectors afterwards', async () => {
  const proxy = await interruptibleProxy(postgresUrl);
  postgresUrl = proxy.url;
  await system(3_000);
  const before = epochs();
  const asking = await Messaging.connect({ url: nats.url, name: 'spec' });
  await proxy.cut();
  const ask = () => asking.request(daemonMessages.gateway, {}, { name: 'default' });
  await vi.waitFor(() => expect(ask()).rejects.toMatchObject({ reason: 'no-responders' }), 10_000);
  const silentSince = Date.now();
  await until(() => expect(Date.now() - silentSince).toBeGreaterThan(4_000), 10_000);

  await proxy.mend();
  await vi.waitFor(() => expect(ask()).resolves.toMatchObject({ gateway: { name: 'default' } }), 10_000);
  const third = await addInstance();
  await until(() => expect(third.connectors.length).toBeGreaterThanOrEqual(6), 10_000);
  const moved = [...epochs()].filter(([key, epoch]) => before.get(key) !== epoch);
  expect(moved.length).toBeLessThanOrEqual(7);
  await asking.close();
  await Promise.all(daemons.splice(0).map((daemon) => daemon.stop()));
  await proxy.cut();
});

test('a Postgres that falls silent holds neither leader nor heartbeats, and both go on once it is back', async () => {
  const proxy = await interruptibleProxy(postgresUrl);
  const options = { natsUrl: nats.url, hasLoops: true, statementLimitMs: 500 };
  const daemon = await startDaemonReplica({ ...options, postgresUrl: proxy.url });
  daemons.push(daemon);
  const leader = daemon.get(Leader);
  await until(() => expect(leader.isLeading && leader.hasDatabase).toBe(true), 10_000);
  proxy.silence();
  const beat = daemon.get(Heartbeats).beat(new InstanceStandIn().heartbeat());
  await expect(beat).rejects.toMatchObject({ code: 'system-unavailable' });
  await until(() => expect(leader.hasDatabase).toBe(false), 10_000);
  await proxy.mend();
  await until(() => expect(leader.hasDatabase).toBe(true), 15_000);
  await proxy.cut();
}, 40_000);

test('a connector reaches an instance long before the next look', async () => {
  const daemon = await addDaemon();
  const instance = await addInstance();
  await until(() => expect(instance.standIn.version).not.toBeNull(), 5_000);
  const times: number[] = [];
  for (const name of connectorNames(15)) {
    const startedAt = performance.now();
    await addConnectors(daemon.database, [name]);
    await daemon.get(WakeUps).connectors([name], 'a connector was added');
    await vi.waitFor(() => expect(instance.connectors).toContain(name), { timeout: 5_000, interval: 1 });
    times.push(performance.now() - startedAt);
  }
  const median = times.sort((a, b) => a - b)[7] ?? Infinity;
  expect(median).toBeLessThan(250);
});
