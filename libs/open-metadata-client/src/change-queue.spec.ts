import type { Change, ChangeResult } from '@idaemon/contracts';
import { expect, it } from 'vitest';
import { ChangeQueue } from './change-queue.js';

const change = (index: number, size = 10): Change => ({
  operation: 'upsert',
  collection: 'files',
  scope: '',
  element: {
    type: 'DataFile',
    qualifiedName: `file ${index}`,
    properties: { description: 'x'.repeat(size) },
  },
});
const done: ChangeResult = { result: 'created', guid: null };

function queueOf() {
  const sent: number[] = [];
  const order: string[] = [];
  const changes: Change[] = [];
  const states: unknown[] = [];
  const queue = new ChangeQueue(async (some, state) => {
    sent.push(some.length);
    changes.push(...some);
    states.push(state);
    for (const one of some) if (one.operation === 'upsert') order.push(one.element.qualifiedName);
    await new Promise((resolve) => setImmediate(resolve));
    return some.map(() => done);
  });
  return { queue, sent, order, changes, states };
}

it('sends one change alone at once', async () => {
  const { queue, sent } = queueOf();
  await expect(queue.add(change(1))).resolves.toEqual(done);
  expect(sent).toEqual([1]);
});

it('gathers what comes while a request is under way, in order', async () => {
  const { queue, sent, order } = queueOf();
  await Promise.all(Array.from({ length: 500 }, (_, index) => queue.add(change(index))));
  expect(sent).toEqual([1, 200, 200, 99]);
  expect(order).toEqual(Array.from({ length: 500 }, (_, index) => `file ${index}`));
});

it('keeps requests below what the wire takes', async () => {
  const { queue, sent } = queueOf();
  await Promise.all(Array.from({ length: 9 }, (_, index) => queue.add(change(index, 100_000))));
  expect(sent).toEqual([1, 3, 3, 2]);
});

it('lets each caller know of a failure', async () => {
  const queue = new ChangeQueue(() => Promise.reject(new Error('refused')));
  const results = await Promise.allSettled([queue.add(change(1)), queue.add(change(2))]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

it('sends of an element that is too long its names and size only, to be a dead letter', async () => {
  const { queue, changes } = queueOf();
  await queue.add(change(1, 600_000));
  expect(changes).toMatchObject([{ element: { qualifiedName: 'file 1', properties: {} } }]);
  expect(changes[0]).toHaveProperty('oversizeBytes', expect.closeTo(600_000, -3));
});

it('refuses any other change that no message can hold, and goes on with the others', async () => {
  const { queue, order } = queueOf();
  const end = { type: 'DataFile', qualifiedName: 'a' };
  const properties = { description: 'x'.repeat(600_000) };
  const [long, short] = await Promise.all([
    queue.add({ operation: 'relate', type: 'DataFlow', end1: end, end2: end, properties }),
    queue.add(change(2)),
  ]);
  expect(long).toMatchObject({ result: 'refused', error: { code: 'metadata-invalid' } });
  expect(short).toEqual(done);
  expect(order).toEqual(['file 2']);
});

it('does not grow without bound when nobody awaits what was asked for', async () => {
  const { queue, order } = queueOf();
  const all = Array.from({ length: 10_101 }, (_, index) => queue.add(change(index)));
  const results = await Promise.allSettled(all);
  const failed = results.filter(({ status }) => status === 'rejected');
  expect(failed).toHaveLength(100);
  expect(failed[0]).toMatchObject({
    reason: { message: expect.stringContaining('10000 of them') as string },
  });
  expect(order).toHaveLength(10_001);
});

it('is bounded by bytes, too', async () => {
  const { queue } = queueOf();
  const all = Array.from({ length: 400 }, (_, index) => queue.add(change(index, 200_000)));
  const results = await Promise.allSettled(all);
  expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(200);
});

it('sends state with the changes that it belongs to, the last of each key', async () => {
  const { queue, states } = queueOf();
  await Promise.all([
    queue.add(change(1), { cursor: 1 }),
    queue.add(change(2), { cursor: 2, etag: 'a' }),
    queue.add(change(3), { cursor: 3 }),
    queue.add(change(4)),
  ]);
  await queue.add(change(5));
  expect(states).toEqual([{ cursor: 1 }, { cursor: 3, etag: 'a' }, undefined]);
});
