import { describe, expect, it } from 'vitest';
import { WorkPool } from './work-pool.js';

/** Work that ends when it is told to. */
function controlled() {
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  return { work: () => done, finish };
}
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a work pool', () => {
  it('runs no more at once than it may, and the rest in their order', async () => {
    const counts: number[] = [];
    const pool = new WorkPool({
      name: 'read',
      concurrency: 1,
      maxWaiting: 2,
      maxWaitMs: 100,
      onChange: (n) => counts.push(n),
    });
    const order: string[] = [];
    const [a, b] = [controlled(), controlled()];
    const first = pool.run(async () => (order.push('a begins'), a.work()));
    const second = pool.run(async () => (order.push('b begins'), b.work()));
    const third = pool.run(async () => order.push('c begins'));
    await turn();
    expect(order).toEqual(['a begins']);
    a.finish();
    await first;
    await turn();
    expect(order).toEqual(['a begins', 'b begins']);
    b.finish();
    await Promise.all([second, third]);
    expect(order).toEqual(['a begins', 'b begins', 'c begins']);
    expect(counts).toEqual([1, 0]);
  });

  it('refuses what would wait behind a full queue, with a time', async () => {
    const pool = new WorkPool({ name: 'read', concurrency: 1, maxWaiting: 1, maxWaitMs: 100 });
    const { work, finish } = controlled();
    const running = [pool.run(work), pool.run(work)];
    await expect(pool.run(work)).rejects.toMatchObject({ code: 'busy', retryAfterMs: 500 });
    finish();
    await Promise.all(running);
  });

  it('refuses what has waited until nobody waits for its answer, and goes on with the next', async () => {
    let nowMs = 0;
    const pool = new WorkPool({
      name: 'read',
      concurrency: 1,
      maxWaiting: 9,
      maxWaitMs: 100,
      nowMs: () => nowMs,
    });
    const { work, finish } = controlled();
    const running = pool.run(work);
    const late = pool.run(() => Promise.resolve('too late'));
    nowMs = 60;
    const next = pool.run(() => Promise.resolve('in time'));
    nowMs = 101;
    finish();
    await running;
    await expect(late).rejects.toMatchObject({ code: 'busy' });
    await expect(next).resolves.toBe('in time');
    await expect(pool.run(() => Promise.resolve('free'))).resolves.toBe('free');
  });

  it('gives its place back when work fails', async () => {
    const pool = new WorkPool({ name: 'read', concurrency: 1, maxWaiting: 0, maxWaitMs: 100 });
    await expect(pool.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(pool.run(() => Promise.resolve('yes'))).resolves.toBe('yes');
  });
});
