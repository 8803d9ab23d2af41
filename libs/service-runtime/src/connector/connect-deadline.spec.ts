import { describe, expect, it } from 'vitest';
import { testConnector, testHost } from '../testing/test-host.js';

const second = 1_000;
const minute = 60 * second;

function started(connect: (signal: AbortSignal) => Promise<unknown>) {
  const closed: unknown[] = [];
  const t = testHost([
    testConnector({
      connect: ({ signal }) => connect(signal),
      refresh: async () => undefined,
      disconnect: async ({ client }) => void closed.push(client),
    }),
  ]);
  t.run();
  t.host.start();
  return { ...t, closed };
}

describe('a third party that never answers', () => {
  it('is unavailable after a minute, and is tried again with a back-off', async () => {
    let tries = 0;
    const t = started((signal) => {
      tries += 1;
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error('cancelled by the driver')), { once: true }),
      );
    });
    await t.clock.pass(59 * second);
    expect(t.daemon.state('landing')).toBe('starting');
    await t.clock.pass(second + 500);
    expect(t.daemon.status('landing')).toMatchObject({
      state: 'waiting',
      error: {
        code: 'system-unavailable',
        message: expect.stringContaining('connect did not end within 60 s') as string,
      },
      lastRun: { outcome: 'failed' },
    });
    expect(t.daemon.status('landing')?.nextTryAt).not.toBeNull();
    await t.clock.pass(3 * minute);
    expect(tries).toBeGreaterThan(2);
    expect(t.ends).toEqual([]);
  });

  it('is disconnected from when it answers as it is given up', async () => {
    const t = started(
      (signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('late'), { once: true })),
    );
    await t.clock.pass(minute + 500);
    expect(t.closed).toEqual(['late']);
    expect(t.daemon.state('landing')).toBe('waiting');
  });

  it('makes its connector stuck when that ignores the abort', async () => {
    const t = started(() => new Promise<never>(() => undefined));
    await t.clock.pass(minute + 2 * second);
    expect(t.daemon.state('landing')).toBe('stuck');
    expect(t.ends[0]?.reason).toContain('landing');
  });
});
