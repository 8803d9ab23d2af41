import { SystemUnavailableError } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../schedule/clock.js';
import { testConnector, testHost } from '../testing/test-host.js';

const second = 1_000;
const minute = 60 * second;
const runId = '0b9d3a55-3f0c-4d5b-9d69-0c6f0d8f1a01';
const untilAbort = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

function after(clock: Clock, delayMs: number): AbortSignal {
  const controller = new AbortController();
  clock.after(delayMs, () => controller.abort());
  return controller.signal;
}

describe('a connector that listens', () => {
  it('is tried again with back-off when it fails, while refreshes go on', async () => {
    let engagements = 0;
    const t = testHost([
      testConnector({
        refresh: async () => undefined,
        engage: async () => {
          engagements += 1;
          throw new SystemUnavailableError('The watch on /data');
        },
      }),
    ]);
    t.run({ schedule: { every: '1m' } });
    t.host.start();
    await t.clock.pass(5 * minute);
    expect(engagements).toBeGreaterThan(4);
    expect(engagements).toBeLessThan(15);
    expect(t.gateways.runs.length).toBeGreaterThan(4);
    expect(t.daemon.status('landing')).toMatchObject({
      state: 'waiting',
      error: { message: 'The watch on /data is unavailable' },
    });
  });

  it('calls an early return an error', async () => {
    const t = testHost([testConnector({ refresh: async () => undefined, engage: async () => undefined })]);
    t.run();
    t.host.start();
    await t.clock.pass(500);
    expect(t.daemon.status('landing')).toMatchObject({ state: 'waiting', error: { code: 'internal-error' } });
    expect(t.lines.join('')).toContain('engage of landing returned, though nobody told it to stop');
  });

  it('refreshes when it listens again, since events may have been lost', async () => {
    let isFirst = true;
    const t = testHost([
      testConnector({
        refresh: async () => undefined,
        engage: async ({ signal }) => {
          if (isFirst) {
            isFirst = false;
            throw new SystemUnavailableError('The watch on /data');
          }
          await untilAbort(signal);
        },
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(10 * second);
    expect(t.daemon.state('landing')).toBe('running');
    expect(t.gateways.runs).toEqual(['start refresh committed', 'event refresh committed']);
  });

  it('asks for one refresh however often it asks', async () => {
    let ask: () => void = () => undefined;
    const t = testHost([
      testConnector({
        refresh: async () => undefined,
        engage: async ({ requestRefresh, signal }) => {
          ask = requestRefresh;
          await untilAbort(signal);
        },
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    for (let times = 0; times < 100; times += 1) ask();
    await t.clock.pass(second);
    expect(t.gateways.runs).toEqual(['start refresh committed', 'event refresh committed']);
  });

  it('refreshes, and says why, when it was away for longer than changes are kept', async () => {
    const t = testHost([
      testConnector({
        refresh: async () => undefined,
        engage: async ({ metadata, signal }) => {
          await untilAbort(AbortSignal.any([signal, after(t.clock, minute)]));
          for await (const { kind } of metadata.changes()) expect.unreachable(kind);
          await untilAbort(signal);
        },
      }),
    ]);
    t.gateways.hasGap = true;
    t.run({ schedule: { every: '1h' } });
    t.host.start();
    await t.clock.pass(2 * minute);
    expect(t.gateways.runs).toEqual(['start refresh committed', 'metadata-change refresh committed']);
    expect(t.lines.join('')).toContain('no longer kept back to where the connector was');
  });

  it('refuses a refresh of a connector that has none', async () => {
    const t = testHost([testConnector({ engage: ({ signal }) => untilAbort(signal) })]);
    t.run({}, { requestedRuns: [{ id: runId, mode: 'refresh' }] });
    t.host.start();
    await t.clock.pass(second);
    expect(t.gateways.sessions).toEqual([]);
    expect(t.gateways.reports).toMatchObject([{ id: runId, error: { code: 'request-invalid' } }]);
    expect(t.daemon.state('landing')).toBe('running');
  });
});
