import { afterEach, beforeEach, expect, test } from 'vitest';
import { InstanceStandIn } from '../testing/instance-stand-in.js';
import { epochsOf, OwnershipBed } from '../testing/ownership-bed.js';

let bed: OwnershipBed;
beforeEach(async () => {
  bed = await OwnershipBed.fresh();
});
afterEach(() => bed.close());

test('moves nothing that still runs, however long it was away', async () => {
  const [a, b] = await bed.twoWithTwenty();
  await bed.pass(3_600);
  await bed.restartDaemon();
  await bed.look();
  await bed.live(4, []);
  const replies = [await bed.beat(a), await bed.beat(b)];
  expect(replies.map(({ assignments }) => assignments)).toEqual([undefined, undefined]);
  await bed.live(9, [a, b]);
  expect([...epochsOf(a), ...epochsOf(b)].every((epoch) => epoch === 1)).toBe(true);
  expect(await bed.status('c00000')).toMatchObject({ state: 'running' });
});

test('calls dead after a whole lease who did not report meanwhile', async () => {
  const [a, b] = await bed.twoWithTwenty();
  await bed.pass(3_600);
  await bed.look();
  await bed.live(3, [a]);
  expect(a.owned.size).toBe(10);
  await bed.live(4, [a]);
  await bed.beat(a);
  expect(a.owned.size).toBe(20);
  expect(b.owned.size).toBe(10);
});

test('adopts what owners report at newer epochs than its own, after a restore of its database', async () => {
  const a = await bed.oneWith('landing');
  a.owned.set('landing/0', { connector: 'landing', shard: 0, epoch: 7 });
  const reply = await bed.beat(a);
  expect(reply.assignments).toMatchObject([{ connector: 'landing', epoch: 7 }]);
  expect(await bed.status('landing')).toMatchObject({ state: 'running', owner: a.id, epoch: 7 });
});

test('takes the newest epoch for the owner when a restored database gave the connector to another', async () => {
  const b = await bed.oneWith('landing');
  const a = new InstanceStandIn();
  a.owned.set('landing/0', { connector: 'landing', shard: 0, epoch: 7 });
  await bed.beat(a);
  await bed.beat(b);
  expect([a.connectors, b.connectors]).toEqual([['landing'], []]);
});

test('lets an instance that it does not know go on, and asks it to register', async () => {
  const a = await bed.oneWith('landing');
  await bed.database.rows('delete from instance');
  const reply = await bed.beat(a);
  expect(reply.mustRegister).toBe(true);
  expect(a.connectors).toEqual(['landing']);
  await bed.look();
  expect(await bed.beat(a)).toMatchObject({ mustRegister: false });
  expect(await bed.status('landing')).toMatchObject({ state: 'running', owner: a.id, epoch: 1 });
});

test('raises its epoch above one that was claimed already, once', async () => {
  const a = await bed.oneWith('landing');
  const fence = { connector: 'landing', shard: 0, epoch: 9 };
  await bed.heartbeats.raiseEpoch(fence);
  await bed.heartbeats.raiseEpoch(fence);
  await bed.beat(a);
  expect(epochsOf(a)).toEqual([10]);
});
