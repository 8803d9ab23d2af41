import { afterEach, beforeEach, expect, test } from 'vitest';
import { OwnershipBed } from '../testing/ownership-bed.js';
import { Leader } from './leader.js';

let bed: OwnershipBed;
beforeEach(async () => {
  bed = await OwnershipBed.fresh();
});
afterEach(() => bed.close());

test('one replica leads; the other takes over when the lease has ended, and then listens', async () => {
  const a = await bed.oneWith('landing');
  const other = await bed.replica();
  await bed.look(other);
  expect([bed.get(Leader).isLeading, other.get(Leader).isLeading]).toEqual([true, false]);

  await bed.pass(5);
  await bed.look(other);
  await bed.look();
  expect([bed.get(Leader).isLeading, other.get(Leader).isLeading]).toEqual([false, true]);
  await bed.live(3, [], other);
  expect(await bed.status('landing')).toMatchObject({ state: 'running', owner: a.id });
  await bed.live(4, [], other);
  expect(await bed.status('landing')).toMatchObject({ state: 'unassigned', owner: null });
  await other.stop();
});

test('a clean stop gives the lease back at once', async () => {
  const other = await bed.replica();
  await bed.look();
  await bed.get(Leader).stepDown();
  await bed.look(other);
  expect(other.get(Leader).isLeading).toBe(true);
  await other.stop();
});

test('a replica without NATS gives the lease to one that hears', async () => {
  const other = await bed.replica();
  await bed.look(other);
  await other.messaging.close();
  await other.get(Leader).look();
  await bed.look();
  expect([bed.get(Leader).isLeading, other.get(Leader).isLeading]).toEqual([true, false]);
  await other.kill();
});
