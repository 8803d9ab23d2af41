import { SystemUnavailableError } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';
import { assignmentOf } from '../testing/fake-daemon.js';
import { configurationOf, testConnector, testHost } from '../testing/test-host.js';

const second = 1_000;
const minute = 60 * second;
const runId = '0b9d3a55-3f0c-4d5b-9d69-0c6f0d8f1a01';
const untilAbort = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

describe('a connector that is assigned', () => {
  it('is claimed, connected and refreshed at once, and runs', async () => {
    const order: string[] = [];
    const t = testHost([
      testConnector({
        connect: async () => void order.push('connect'),
        refresh: async () => void order.push('refresh'),
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(100);
    expect(t.gateways.claims).toEqual([{ connector: 'landing', shard: 0, epoch: 1 }]);
    expect(order).toEqual(['connect', 'refresh']);
    expect(t.gateways.runs).toEqual(['start refresh committed']);
    expect(t.daemon.status('landing')).toMatchObject({
      state: 'running',
      error: null,
      lastRun: { trigger: 'start', outcome: 'succeeded' },
    });
  });

  it('registers with its definitions once, and again when the daemon has forgotten it', async () => {
    const t = testHost([testConnector()]);
    t.run();
    t.host.start();
    await t.clock.pass(5 * second);
    const registrations = () => t.daemon.heartbeats.filter(({ definitions }) => definitions).length;
    expect(registrations()).toBe(1);
    expect(t.daemon.heartbeats[0]?.definitions?.[0]).toMatchObject({ name: 'nothing', version: '1.2.3' });
    t.daemon.forgetInstance();
    await t.clock.pass(2 * second);
    expect(registrations()).toBe(2);
    expect(t.daemon.state('landing')).toBe('running');
    expect(t.gateways.runs).toHaveLength(1);
  });

  it('gives a connector its checked configuration', async () => {
    let seen: unknown;
    const t = testHost([testConnector({ refresh: async ({ config }) => void (seen = config) })]);
    t.run();
    t.host.start();
    await t.clock.pass(100);
    expect(seen).toEqual({ path: '/data', depth: 1 });
  });

  it('continues the schedule of the last owner instead of refreshing at once', async () => {
    const t = testHost([testConnector()]);
    t.run({}, { nextRefreshAt: '2026-01-01T00:05:00.000Z' });
    t.host.start();
    await t.clock.pass(4 * minute);
    expect(t.gateways.runs).toEqual([]);
    expect(t.daemon.status('landing')?.nextRefreshAt).toBe('2026-01-01T00:05:00.000Z');
    await t.clock.pass(minute + second);
    expect(t.gateways.runs).toEqual(['schedule refresh committed']);
  });

  it('keeps its next refresh in the past while it refreshes, so that a next owner does it again', async () => {
    const t = testHost([testConnector({ refresh: ({ signal }) => untilAbort(signal) })]);
    t.run();
    t.host.start();
    await t.clock.pass(minute);
    expect(t.daemon.status('landing')).toMatchObject({
      nextRefreshAt: '2026-01-01T00:00:00.000Z',
      currentRun: { trigger: 'start' },
    });
  });

  it('follows another configuration with a refresh at once', async () => {
    const paths: string[] = [];
    const t = testHost([testConnector({ refresh: async ({ config }) => void paths.push(config.path) })]);
    t.run();
    t.host.start();
    await t.clock.pass(minute);
    t.daemon.configure(configurationOf({ config: { path: '/other' } }), 2);
    t.daemon.change('landing', { revision: 2 });
    await t.clock.pass(second);
    expect(paths).toEqual(['/data', '/other']);
  });

  it('disconnects once for each connect, and connects again after a restart', async () => {
    const calls: string[] = [];
    const t = testHost([
      testConnector({
        connect: async () => void calls.push('connect'),
        refresh: async () => undefined,
        disconnect: async () => void calls.push('disconnect'),
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.daemon.change('landing', { restarts: 1 });
    await t.clock.pass(second);
    expect(calls).toEqual(['connect', 'disconnect', 'connect']);
    expect(t.gateways.runs).toHaveLength(2);
    await t.host.stop();
    expect(calls.at(-1)).toBe('disconnect');
  });
});

describe('what people want', () => {
  it('pauses and resumes without losing its schedule', async () => {
    const t = testHost([testConnector()]);
    t.run();
    t.host.start();
    await t.clock.pass(minute);
    t.daemon.change('landing', { wanted: 'paused' });
    await t.clock.pass(second);
    expect(t.daemon.state('landing')).toBe('paused');
    await t.clock.pass(20 * minute);
    expect(t.gateways.runs).toHaveLength(1);
    t.daemon.change('landing', { wanted: 'running' });
    await t.clock.pass(second);
    expect(t.gateways.runs).toEqual(['start refresh committed', 'schedule refresh committed']);
  });

  it('stops a refresh in its middle when it is paused, and does it again when it is resumed', async () => {
    let isFirst = true;
    const t = testHost([
      testConnector({
        refresh: async ({ signal }) => {
          if (isFirst) await untilAbort(signal);
          isFirst = false;
        },
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.daemon.change('landing', { wanted: 'paused' });
    await t.clock.pass(second);
    expect(t.daemon.status('landing')).toMatchObject({ state: 'paused', currentRun: null });
    t.daemon.change('landing', { wanted: 'running' });
    await t.clock.pass(second);
    expect(t.gateways.runs).toEqual(['start refresh abandoned', 'start refresh committed']);
  });

  it('plans with the id that the person was given, and lets the refresh that is due follow', async () => {
    const t = testHost([testConnector()]);
    t.run({}, { requestedRuns: [{ id: runId, mode: 'plan' }] });
    t.host.start();
    await t.clock.pass(second);
    expect(t.gateways.runs).toEqual(['request plan committed', 'start refresh committed']);
    expect(t.gateways.sessions[0]?.run.runId).toBe(runId);
  });

  it('tells the gateway which run is approved', async () => {
    const approves = '0b9d3a55-3f0c-4d5b-9d69-0c6f0d8f1a02';
    const t = testHost([testConnector()]);
    t.run({}, { requestedRuns: [{ id: runId, mode: 'refresh', approves }] });
    t.host.start();
    await t.clock.pass(second);
    expect(t.gateways.sessions[0]?.run).toMatchObject({ runId, approves });
  });

  it('goes on when a plan fails', async () => {
    const t = testHost([
      testConnector({ refresh: () => Promise.reject(new SystemUnavailableError('The share')) }),
    ]);
    t.run({ schedule: undefined }, { requestedRuns: [{ id: runId, mode: 'plan' }] });
    t.host.start();
    await t.clock.pass(minute);
    expect(t.gateways.runs).toEqual(['request plan failed']);
    expect(t.daemon.state('landing')).toBe('running');
  });
});

describe('many connectors', () => {
  it('do not starve each other: slots go round, and people go first', async () => {
    const order: string[] = [];
    const t = testHost(
      [
        testConnector({
          refresh: async ({ name, signal }) => {
            order.push(name);
            const end = new AbortController();
            t.clock.after(second, () => end.abort());
            await untilAbort(AbortSignal.any([signal, end.signal]));
          },
        }),
      ],
      2,
    );
    const names = Array.from({ length: 8 }, (_, index) => `c${index}`);
    for (const name of names) t.daemon.configure(configurationOf({ name }));
    t.daemon.assign(...names.map((name) => assignmentOf(name)));
    t.host.start();
    await t.clock.pass(500);
    t.daemon.change('c7', { requestedRuns: [{ id: runId, mode: 'plan' }] });
    await t.clock.pass(10 * second);
    expect(order.slice(0, 2)).toEqual(['c0', 'c1']);
    expect(order.filter((name, index) => order.indexOf(name) === index)).toHaveLength(8);
    expect(order).toHaveLength(9);
  });
});
