import { expect, test } from 'vitest';
import { backOffMs, supervise, type Exit, type RunningProcess } from './processes.mjs';

/** A process that ends when told, and a clock that moves only when slept on or pushed. */
function stage() {
  const over = new AbortController();
  let nowMs = 0;
  const sleeps: number[] = [];
  const ends: ((exit: Exit) => void)[] = [];
  const stopped: number[] = [];
  const start = (): RunningProcess => {
    const number = ends.length;
    let end: (exit: Exit) => void = () => undefined;
    const exited = new Promise<Exit>((resolve) => (end = resolve));
    ends.push(end);
    return {
      name: 'app',
      identity: { pid: number, startedAt: '' },
      exited,
      logStart: 0,
      stop: async () => void stopped.push(number),
    };
  };
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      sleeps.push(ms);
      nowMs += ms;
    },
  };
  return { over, sleeps, ends, stopped, start, clock, pass: (ms: number) => (nowMs += ms) };
}

const killed: Exit = { code: null, signal: 'SIGKILL' };

test('starts a process again each time it ends, with growing pauses', async () => {
  const { over, sleeps, ends, start, clock } = stage();
  const first = start();
  const started = new Promise<void>((resolve) => {
    void supervise({
      name: 'app',
      first,
      start: async () => {
        const next = start();
        if (ends.length === 4) resolve();
        else ends.at(-1)?.(killed);
        return next;
      },
      signal: over.signal,
      clock,
    });
  });
  ends[0]?.(killed);
  await started;
  over.abort();
  expect(sleeps).toEqual([500, 1000, 2000]);
});

test('forgets old failures once a process ran steadily', async () => {
  const { over, sleeps, ends, start, clock, pass } = stage();
  const first = start();
  const supervision = supervise({
    name: 'app',
    first,
    start: async () => {
      const next = start();
      if (ends.length === 3) over.abort();
      pass(120_000);
      ends.at(-1)?.(killed);
      return next;
    },
    signal: over.signal,
    clock,
  });
  ends[0]?.(killed);
  await supervision;
  expect(sleeps).toEqual([500, 500]);
});

test('goes on when a start fails, and tells why', async () => {
  const { over, ends, start, clock } = stage();
  const first = start();
  const told: unknown[] = [];
  let attempts = 0;
  const supervision = supervise({
    name: 'app',
    first,
    start: async () => {
      if (++attempts < 3) throw new Error('the disk is full');
      over.abort();
      return start();
    },
    signal: over.signal,
    clock,
    onEnd: ({ error }) => error instanceof Error && told.push(error.message),
  });
  ends[0]?.(killed);
  await supervision;
  expect(attempts).toBe(3);
  expect(told).toEqual(['the disk is full', 'the disk is full']);
});

test('stops a successor that came too late', async () => {
  const { over, ends, stopped, start, clock } = stage();
  const first = start();
  const supervision = supervise({
    name: 'app',
    first,
    start: async () => {
      over.abort();
      return start();
    },
    signal: over.signal,
    clock,
  });
  ends[0]?.(killed);
  await supervision;
  expect(stopped).toEqual([1]);
});

test('never waits longer than half a minute', () => {
  expect(backOffMs(20)).toBe(30_000);
});
