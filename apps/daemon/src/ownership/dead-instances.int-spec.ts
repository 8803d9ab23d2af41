import { afterEach, beforeEach, expect, test } from 'vitest';
import { InstanceStandIn } from '../testing/instance-stand-in.js';
import { OwnershipBed } from '../testing/ownership-bed.js';

let bed: OwnershipBed;
beforeEach(async () => {
  bed = await OwnershipBed.fresh();
});
afterEach(() => bed.close());

test('what a dead instance had goes elsewhere at a higher epoch, and nothing else moves', async () => {
  const [a, b] = await bed.twoWithTwenty();
  const third = new InstanceStandIn();
  await bed.beat(third);
  await bed.look();
  await bed.settle([a, b, third]);
  const ofDead = a.connectors;
  const before = new Map([...b.owned, ...third.owned]);

  await bed.live(3, [b, third]);
  expect(b.owned.size + third.owned.size).toBe(before.size);
  await bed.live(4, [b, third]);
  await bed.beat(b);
  await bed.beat(third);
  const now = new Map([...b.owned, ...third.owned]);
  expect(now.size).toBe(20);
  for (const [key, fence] of before) expect(now.get(key)).toEqual(fence);
  for (const connector of ofDead) expect(now.get(`${connector}/0`)?.epoch).toBeGreaterThan(1);
});

test('its status says so until it is moved, then that it starts', async () => {
  const a = await bed.oneWith('landing');
  expect(await bed.status('landing')).toMatchObject({ state: 'running', owner: a.id, epoch: 1 });
  const b = new InstanceStandIn();
  await bed.live(3, [b]);
  expect(await bed.status('landing')).toMatchObject({ state: 'running', owner: a.id });
  await bed.pass(3.5);
  expect(await bed.status('landing')).toMatchObject({
    state: 'unassigned',
    owner: null,
    error: { message: expect.stringContaining(a.id) as string },
  });
  await bed.beat(b);
  await bed.look();
  expect(await bed.status('landing')).toMatchObject({ state: 'starting', owner: b.id, epoch: 2 });
});

test('a heartbeat of an instance that was called dead too early keeps its connectors', async () => {
  const a = await bed.oneWith('landing');
  await bed.live(7, []);
  expect(await bed.status('landing')).toMatchObject({ state: 'unassigned', owner: null });
  const reply = await bed.beat(a);
  expect(reply).toMatchObject({ mustRegister: true });
  expect(a.owned.get('landing/0')).toMatchObject({ epoch: 1 });
  await bed.beat(a);
  await bed.look();
  expect(await bed.status('landing')).toMatchObject({ state: 'running', owner: a.id, epoch: 1 });
});

test('an instance that comes back after its connectors have moved stops them', async () => {
  const a = await bed.oneWith('landing');
  const b = new InstanceStandIn();
  await bed.live(7, [b]);
  await bed.beat(b);
  expect(b.connectors).toEqual(['landing']);
  await bed.beat(a);
  expect(a.connectors).toEqual([]);
});
