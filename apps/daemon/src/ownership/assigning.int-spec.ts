import { afterEach, beforeEach, expect, test } from 'vitest';
import { addConnectors } from '../testing/connector-rows.js';
import { folderDefinition, InstanceStandIn } from '../testing/instance-stand-in.js';
import { epochsOf, OwnershipBed } from '../testing/ownership-bed.js';
import { LeaderRepository } from './leader.repository.js';

let bed: OwnershipBed;
beforeEach(async () => {
  bed = await OwnershipBed.fresh();
});
afterEach(() => bed.close());

test('a registered instance gets what it hosts, and hears of it once', async () => {
  const instance = new InstanceStandIn();
  await addConnectors(bed.database, ['landing']);
  const first = await bed.beat(instance);
  expect(first).toMatchObject({ leaseMs: 6_000, mustRegister: false, assignments: [] });

  await bed.look();
  const second = await bed.beat(instance);
  expect(second.assignments).toEqual([
    {
      connector: 'landing',
      shard: 0,
      epoch: 1,
      revision: 1,
      wanted: 'running',
      nextRefreshAt: null,
      requestedRuns: [],
      restarts: 0,
    },
  ]);
  const third = await bed.beat(instance);
  expect(third.assignments).toBeUndefined();
});

test('two instances share twenty connectors; a third takes at most seven, and only those stop', async () => {
  const [a, b] = await bed.twoWithTwenty();
  expect([a.owned.size, b.owned.size]).toEqual([10, 10]);

  const third = new InstanceStandIn();
  await bed.beat(third);
  await bed.look();
  const released = await bed.settle([a, b, third]);
  expect(released.length).toBeLessThanOrEqual(7);
  expect(third.connectors).toEqual(released.map(({ connector }) => connector).sort());
  expect(epochsOf(third).every((epoch) => epoch === 2)).toBe(true);
  expect([...epochsOf(a), ...epochsOf(b)].every((epoch) => epoch === 1)).toBe(true);
  expect(Math.abs(a.owned.size - b.owned.size)).toBeLessThanOrEqual(1);
});

test('a connector that was taken back goes to the next owner only when the old one has let go', async () => {
  const [a, b] = await bed.twoWithTwenty();
  const third = new InstanceStandIn();
  await bed.beat(third);
  await bed.look();
  await bed.beat(a);
  await bed.beat(b);
  await bed.look();
  await bed.beat(third);
  expect(third.owned.size).toBe(0);
  expect(a.stopped.length + b.stopped.length).toBeGreaterThan(0);

  await bed.letGo(a);
  await bed.letGo(b);
  await bed.look();
  await bed.beat(third);
  expect(third.owned.size).toBeGreaterThanOrEqual(6);
});

test('a connector that is not let go is free when the lease ends that its owner had', async () => {
  const [a, b] = await bed.twoWithTwenty();
  const third = new InstanceStandIn();
  await bed.beat(third);
  await bed.look();
  const stillStopping = [a.heartbeat(), b.heartbeat()];
  const goOn = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      await bed.pass(1);
      for (const late of stillStopping) await bed.heartbeats.beat(late);
      await bed.beat(third);
      await bed.look();
    }
  };
  await goOn(3);
  expect(third.owned.size).toBe(0);
  await goOn(4);
  await bed.beat(third);
  expect(third.owned.size).toBe(6);
});

test('a release that was lost is seen in the next heartbeat', async () => {
  const [a, b] = await bed.twoWithTwenty();
  const third = new InstanceStandIn();
  await bed.beat(third);
  await bed.look();
  for (let round = 0; round < 3; round += 1) {
    for (const instance of [a, b, third]) await bed.beat(instance);
    await bed.look();
  }
  expect(third.owned.size).toBe(6);
});

test('nobody gets a connector whose definition nobody hosts, and its status says so', async () => {
  const s3 = new InstanceStandIn([{ ...folderDefinition, name: 's3' }]);
  await addConnectors(bed.database, ['landing']);
  expect(await bed.status('landing')).toMatchObject({
    state: 'unassigned',
    owner: null,
    error: { message: 'No instance of files-integrator is running' },
  });
  await bed.beat(s3);
  await bed.look();
  expect(await bed.status('landing')).toMatchObject({
    state: 'unassigned',
    error: {
      message: 'No instance of files-integrator hosts the connector folder; hosted: s3',
      action: expect.stringContaining('start a files-integrator that hosts folder') as string,
    },
  });
});

test('a draining instance hands over what it has', async () => {
  const [a, b] = await bed.twoWithTwenty();
  a.isDraining = true;
  await bed.beat(a);
  await bed.look();
  await bed.settle([a, b]);
  expect([a.owned.size, b.owned.size]).toEqual([0, 20]);
});

test('an instance that leaves gives everything back at once', async () => {
  const [a, b] = await bed.twoWithTwenty();
  await bed.heartbeats.leave(a.id);
  await bed.look();
  await bed.beat(b);
  expect(b.owned.size).toBe(20);
});

test('what an instance has left although it knows that it is assigned is given away anew', async () => {
  const a = await bed.oneWith('landing');
  a.owned.clear();
  await bed.beat(a);
  await bed.look();
  expect(await bed.status('landing')).toMatchObject({ owner: a.id, epoch: 1 });
  for (let second = 0; second < 11; second += 1) {
    await bed.pass(1);
    await bed.heartbeats.beat(a.heartbeat([]));
  }
  await bed.look();
  await bed.beat(a);
  expect(epochsOf(a)).toEqual([2]);
});

test('a plan that was overtaken by a heartbeat changes nothing', async () => {
  const a = await bed.oneWith('landing');
  const leader = bed.get(LeaderRepository);
  const toAnother = [{ connector: 'landing', shard: 0, instanceId: 'another' }];
  expect(await leader.assign(bed.database, toAnother)).toEqual([]);
  expect(await leader.takeBack(bed.database, toAnother)).toEqual([]);
  expect(await bed.status('landing')).toMatchObject({ state: 'running', owner: a.id, epoch: 1 });
});
