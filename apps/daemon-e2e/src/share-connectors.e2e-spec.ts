import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectorStatus, List } from '@idaemon/contracts';
import { eventually } from './eventually.js';
import { LandingZone } from './landing-zone.js';
import { TestSystem } from './test-system.js';

const connectorCount = 20;
let system: TestSystem;
const zones: LandingZone[] = [];

beforeAll(async () => {
  system = await TestSystem.start();
  await system.startApp('files-integrator', 'files-integrator-2');
  await system.ready();
  for (let number = 0; number < connectorCount; number += 1) {
    const zone = await LandingZone.make(system, `share-${number}`, 3);
    zones.push(zone);
    await system.api.put(`/api/connectors/${zone.connector}`, zone.document());
  }
  await allRunning();
});
afterAll(() => system.stop());

async function statuses(): Promise<ConnectorStatus[]> {
  const { items } = await system.api.get<List<{ status: ConnectorStatus }>>('/api/connectors?pageSize=1000');
  return items.map(({ status }) => status);
}

async function owners(): Promise<Map<string, string>> {
  return new Map((await statuses()).map(({ name, owner }) => [name, owner ?? 'nobody']));
}

function moved(before: Map<string, string>, after: Map<string, string>): number {
  return [...before].filter(([name, owner]) => after.get(name) !== owner).length;
}

async function allRunning(deadlineMs = 60_000): Promise<void> {
  await eventually('all connectors running', deadlineMs, async () => {
    const all = await statuses();
    return (
      all.length === connectorCount &&
      all.every(({ state, owner, lastRun }) => state === 'running' && owner && lastRun)
    );
  });
}

async function shares(): Promise<number[]> {
  const counts = new Map<string, number>();
  for (const owner of (await owners()).values()) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => a - b);
}

describe('replicas of a service', () => {
  it('share the connectors evenly', async () => {
    await eventually('two even shares', 20_000, async () => (await shares()).join() === '10,10');
  });

  it('take over at most seven of twenty when a third one joins', async () => {
    const before = await owners();
    const third = await system.startApp('files-integrator', 'files-integrator-3');
    await third.ready();
    await eventually('three shares', 20_000, async () => (await shares()).length === 3);
    await allRunning();
    const change = moved(before, await owners());
    expect(change).toBeGreaterThan(0);
    expect(change).toBeLessThanOrEqual(7);
  });

  it('keep what they run when the daemon restarts', async () => {
    const before = await statuses();
    await system.app('daemon').killHard();
    await wait(1_000);
    await system.app('daemon').startAgain();
    await system.app('daemon').ready();
    await wait(10_000);
    const after = await statuses();
    const ownership = (all: ConnectorStatus[]) =>
      all.map(({ name, owner, epoch }) => `${name} ${owner} ${epoch}`).sort();
    expect(ownership(after)).toEqual(ownership(before));
  });

  it('run the connectors of a killed one elsewhere within ten seconds', async () => {
    const before = await owners();
    const dead = await killReplica('files-integrator-3');
    const lost = [...before].filter(([, owner]) => owner === dead).map(([name]) => name);
    expect(lost.length).toBeGreaterThan(0);
    await eventually('the connectors elsewhere', 10_000, async () => {
      const now = await statuses();
      return lost.every((name) =>
        now.some((one) => one.name === name && one.owner && one.owner !== dead && one.state === 'running'),
      );
    });
    const stayed = [...before].filter(([, owner]) => owner !== dead);
    const after = await owners();
    expect(stayed.every(([name, owner]) => after.get(name) === owner)).toBe(true);
  });

  it('write nothing after they were suspended past their lease', async () => {
    const [zone] = zones;
    if (!zone) throw new Error('there is no zone');
    const before = await system.api.status(zone.connector);
    const suspended = await replicaOf(before.owner);
    system.app(suspended).suspend();
    const taken = await eventually('the new owner', 20_000, async () => {
      const now = await system.api.status(zone.connector);
      return now.owner && now.owner !== before.owner && now.state === 'running' ? now : undefined;
    });
    expect(taken.epoch).toBeGreaterThan(before.epoch ?? 0);
    await zone.write('after-the-move.log', 'x');
    await eventually(
      'the new file',
      10_000,
      async () => (await system.api.elements({ source: zone.connector, q: 'after-the-move' })).length === 1,
    );
    system.app(suspended).resume();
    await wait(5_000);
    const after = await system.api.status(zone.connector);
    expect(after).toMatchObject({ owner: taken.owner, epoch: taken.epoch, state: 'running' });
    const { items } = await system.api.get<List<{ epoch?: number; outcome: string }>>(
      `/api/connectors/${zone.connector}/runs`,
    );
    expect(items.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });

  /** Which process calls itself by this instance id: its address is among the instances of the service. */
  async function replicaOf(owner: string | null): Promise<string> {
    const service = await system.api.get<{ instances: { id: string; address: string }[] }>(
      '/api/services/files-integrator',
    );
    const port = service.instances
      .find(({ id }) => id === owner)
      ?.address.split(':')
      .at(-1)
      ?.replace(/\D/g, '');
    const names = ['files-integrator', 'files-integrator-2', 'files-integrator-3'];
    const found = names.find((name) => port && system.app(name).url.endsWith(`:${port}`));
    if (!found) throw new Error(`no process of instance ${owner}`);
    return found;
  }

  async function killReplica(name: string): Promise<string> {
    const service = await system.api.get<{ instances: { id: string; address: string }[] }>(
      '/api/services/files-integrator',
    );
    const port = new URL(system.app(name).url).port;
    const instance = service.instances.find(({ address }) => address.includes(port));
    if (!instance) throw new Error(`no instance at port ${port}`);
    await system.app(name).killHard();
    return instance.id;
  }
});
