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
  const queue = new ChangeQueue(async (changes) => {
    sent.push(changes.length);
    for (const one of changes) if (one.operation === 'upsert') order.push(one.element.qualifiedName);
    await new Promise((resolve) => setImmediate(resolve));
    return changes.map(() => done);
  });
  return { queue, sent, order };
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

it('refuses a change that no message can hold, and goes on with the others', async () => {
  const { queue, order } = queueOf();
  const [long, short] = await Promise.all([queue.add(change(1, 600_000)), queue.add(change(2))]);
  expect(long).toMatchObject({ result: 'refused', error: { code: 'metadata-invalid' } });
  expect(short).toEqual(done);
  expect(order).toEqual(['file 2']);
});
