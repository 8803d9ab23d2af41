import { expect, it } from 'vitest';
import { settled } from '../testing/fake-clock.js';
import { RefreshSlots } from './refresh-slots.js';

const never = new AbortController().signal;

function recorder(slots: RefreshSlots) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const run = async (name: string, isUrgent = false, signal = never) => {
    const giveBack = await slots.take(isUrgent, signal);
    if (!giveBack) return;
    begun.push(name);
    ends.set(name, giveBack);
  };
  const end = async (name: string) => {
    await settled();
    ends.get(name)?.();
    await settled();
  };
  return { begun, run, end };
}

it('lets no more than its size begin', async () => {
  const slots = new RefreshSlots(2);
  const { begun, run, end } = recorder(slots);
  for (const name of ['a', 'b', 'c']) void run(name);
  await settled();
  expect(begun).toEqual(['a', 'b']);
  await end('a');
  expect(begun).toEqual(['a', 'b', 'c']);
});

it('serves in the order in which they came, people first', async () => {
  const { begun, run, end } = recorder(new RefreshSlots(1));
  for (const name of ['a', 'b', 'c']) void run(name);
  for (const name of ['x', 'y']) void run(name, true);
  for (const name of ['a', 'x', 'y', 'b']) await end(name);
  expect(begun).toEqual(['a', 'x', 'y', 'b', 'c']);
});

it('forgets who does not want any more', async () => {
  const slots = new RefreshSlots(1);
  const { begun, run, end } = recorder(slots);
  const controller = new AbortController();
  void run('a');
  void run('b', false, controller.signal);
  void run('c');
  controller.abort();
  await end('a');
  expect(begun).toEqual(['a', 'c']);
  expect(slots.waiting).toBe(0);
});

it('counts a slot that is given back twice once', async () => {
  const slots = new RefreshSlots(1);
  const giveBack = await slots.take(false, never);
  giveBack?.();
  giveBack?.();
  expect(slots.taken).toBe(0);
});

it('counts right when slots pass on and are given back at the same time', async () => {
  const slots = new RefreshSlots(2);
  const { run, end } = recorder(slots);
  for (const name of ['a', 'b', 'c']) void run(name);
  await settled();
  await Promise.all([end('a'), end('b')]);
  expect(slots.taken).toBe(1);
});
