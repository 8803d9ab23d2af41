import { expect, test, vi } from 'vitest';
import { WakeableWait } from './wakeable-wait.js';

test('it waits for its time, a wake-up or the end', async () => {
  vi.useFakeTimers();
  try {
    const ending = new AbortController();
    const wait = new WakeableWait(ending.signal);
    const ended: string[] = [];
    const waiting = async (name: string) => {
      await wait.for(1_000);
      ended.push(name);
    };
    const byTime = waiting('time');
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await byTime;

    const byWake = waiting('wake');
    wait.wake();
    await byWake;
    const byEnd = waiting('end');
    ending.abort();
    await byEnd;
    await waiting('after the end');
    expect(ended).toEqual(['time', 'wake', 'end', 'after the end']);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a wake-up while nobody waits ends the next wait, and only that', async () => {
  vi.useFakeTimers();
  try {
    const wait = new WakeableWait(new AbortController().signal);
    wait.wake();
    wait.wake();
    await wait.for(1_000);
    let isOver = false;
    const next = wait.for(1_000).then(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(500);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(500);
    await next;
  } finally {
    vi.useRealTimers();
  }
});
