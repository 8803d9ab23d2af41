import {
  NotAuthorizedError,
  RequestError,
  SessionLostError,
  SystemUnavailableError,
  type Assignment,
} from '@idaemon/contracts';
import { NoAnswerError } from '@idaemon/messaging';
import { describe, expect, it } from 'vitest';
import { configurationOf, testConnector, testHost } from '../testing/test-host.js';

const second = 1_000;
const minute = 60 * second;
const runId = '0b9d3a55-3f0c-4d5b-9d69-0c6f0d8f1a01';
const untilAbort = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

describe('what may heal', () => {
  it('waits with its reason and its next try, and is tried again until it works', async () => {
    let isDown = true;
    const t = testHost([
      testConnector({
        refresh: async () => {
          if (isDown) throw new SystemUnavailableError('The share at nas:445');
        },
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(500);
    expect(t.daemon.status('landing')).toMatchObject({
      state: 'waiting',
      error: { code: 'system-unavailable', message: 'The share at nas:445 is unavailable' },
      lastRun: { outcome: 'failed' },
    });
    expect(Date.parse(t.daemon.status('landing')?.nextTryAt ?? '')).toBeGreaterThan(t.clock.wallMs());
    await t.clock.pass(10 * minute);
    isDown = false;
    await t.clock.pass(6 * minute);
    expect(t.daemon.status('landing')).toMatchObject({ state: 'running', error: null, nextTryAt: null });
  });

  it('backs off, though it never gives up', async () => {
    const tries: number[] = [];
    const t = testHost([
      testConnector({
        connect: async () => {
          tries.push(t.clock.wallMs());
          throw new SystemUnavailableError('The share at nas:445');
        },
        refresh: async () => undefined,
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(2 * 60 * minute);
    const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(gaps[0]).toBeLessThan(2 * second);
    expect(Math.max(...gaps)).toBeLessThan(6 * minute);
    expect(tries.length).toBeGreaterThan(25);
    expect(tries.length).toBeLessThan(45);
  });

  it('reports a run that could not begin, since its connector could not be connected', async () => {
    const t = testHost([
      testConnector({
        connect: () => Promise.reject(new SystemUnavailableError('The share at nas:445')),
        refresh: async () => undefined,
      }),
    ]);
    t.run({ schedule: undefined }, { requestedRuns: [{ id: runId, mode: 'refresh' }] });
    t.host.start();
    await t.clock.pass(100);
    expect(t.gateways.reports).toMatchObject([
      { id: runId, trigger: 'request', outcome: 'failed', error: { code: 'system-unavailable' } },
    ]);
  });

  it('tries again soon, without a failed run, when only the gateway is away', async () => {
    const t = testHost([testConnector()]);
    t.gateways.failure = new NoAnswerError('idaemon.gateway.default.claim', 'no-responders');
    t.run();
    t.host.start();
    await t.clock.pass(minute);
    expect(t.daemon.status('landing')).toMatchObject({
      state: 'waiting',
      error: { code: 'system-unavailable' },
    });
    expect(t.daemon.status('landing')?.error?.message).toContain('gateway default');
    t.gateways.failure = undefined;
    await t.clock.pass(6 * second);
    expect(t.gateways.runs).toEqual(['start refresh committed']);
    expect(t.gateways.reports).toEqual([]);
  });

  it('shows why a run does not move while its writes are tried again, and that it moves again', async () => {
    let finish = (): void => undefined;
    const t = testHost([
      testConnector({ refresh: () => new Promise<void>((resolve) => (finish = resolve)) }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    const error = new SystemUnavailableError('Postgres', {
      cause: new Error('No space left on device'),
      action: 'Free space on the disk of Postgres.',
    });
    t.gateways.stall?.({ error, nextTryInMs: 5_000 });
    await t.clock.pass(second);
    const { nextTryAt, ...status } = t.daemon.status('landing') ?? {};
    expect(status).toMatchObject({
      state: 'waiting',
      error: {
        message: 'Postgres is unavailable: No space left on device',
        action: 'Free space on the disk of Postgres.',
      },
      currentRun: { trigger: 'start' },
    });
    expect(Date.parse(nextTryAt ?? '') - t.clock.wallMs()).toBeCloseTo(4_000, -3);
    t.gateways.stall?.(null);
    finish();
    await t.clock.pass(second);
    expect(t.daemon.status('landing')).toMatchObject({ state: 'running', error: null, nextTryAt: null });
    expect(t.gateways.runs).toEqual(['start refresh committed']);
  });

  it('runs again after its session was lost', async () => {
    let isFirst = true;
    const t = testHost([
      testConnector({
        refresh: async () => {
          if (isFirst) {
            isFirst = false;
            throw new SessionLostError('The replica is gone');
          }
        },
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(5 * second);
    expect(t.gateways.runs).toEqual(['start refresh failed', 'start refresh committed']);
  });

  it('is a run that takes too long', async () => {
    const t = testHost([testConnector({ refresh: ({ signal }) => untilAbort(signal) })]);
    t.run({ maxRunTime: '1m' });
    t.host.start();
    await t.clock.pass(minute + 100);
    expect(t.daemon.status('landing')).toMatchObject({ state: 'waiting' });
    expect(t.daemon.status('landing')?.error?.message).toContain('longer than its maxRunTime 1m');
  });

  it('explains errors of the operating system that a connector let through', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:445'), { code: 'ECONNREFUSED' });
    const t = testHost([testConnector({ refresh: () => Promise.reject(refused) })]);
    t.run();
    t.host.start();
    await t.clock.pass(100);
    expect(t.daemon.status('landing')?.error).toMatchObject({
      code: 'system-unavailable',
      message: 'The third party of landing is unavailable: connect ECONNREFUSED 10.0.0.1:445',
    });
  });
});

describe('what only a person can mend', () => {
  it('waits with its reason, and is not tried again by itself', async () => {
    let tries = 0;
    const t = testHost([
      testConnector({
        connect: async () => {
          tries += 1;
          throw new NotAuthorizedError('The share at nas:445 refuses the user reader');
        },
        refresh: async () => undefined,
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(20 * minute);
    expect(tries).toBe(1);
    expect(t.daemon.status('landing')).toMatchObject({
      state: 'failed',
      error: { code: 'not-authorized' },
      nextTryAt: null,
    });
  });

  it('is a configuration that the definition refuses, with every mistake', async () => {
    const t = testHost([testConnector()]);
    t.run({ config: { pth: '/data', depth: 'two' }, secrets: { key: { env: 'KEY' } } });
    t.host.start();
    await t.clock.pass(100);
    const error = t.daemon.status('landing')?.error;
    expect(t.daemon.state('landing')).toBe('failed');
    expect(error?.errors?.map(({ path }) => path).sort()).toEqual([
      'config.depth',
      'config.path',
      'config.pth',
      'secrets.key',
    ]);
  });

  it.each([
    ['a new configuration', { revision: 2 }],
    ['a restart', { restarts: 1 }],
    ['a request', { requestedRuns: [{ id: runId, mode: 'refresh' as const }] }],
  ])('is tried again after %s', async (_what, change: Partial<Assignment>) => {
    let isRefused = true;
    const t = testHost([
      testConnector({
        connect: async () => {
          if (isRefused) throw new NotAuthorizedError('Refused');
        },
        refresh: async () => undefined,
      }),
    ]);
    t.daemon.configure(configurationOf(), 2);
    t.run();
    t.host.start();
    await t.clock.pass(minute);
    isRefused = false;
    t.daemon.change('landing', change);
    await t.clock.pass(second);
    expect(t.daemon.state('landing')).toBe('running');
  });
});

describe('secrets', () => {
  it('never leave the process, whatever a driver says', async () => {
    const t = testHost([
      testConnector({
        refresh: async ({ secrets, metadata, log }) => {
          log.info(`login as reader with ${secrets.password ?? ''}`, { url: `db://r:${secrets.password}@x` });
          await metadata.unread('dataFiles', `refused ${secrets.password}`);
          throw new SystemUnavailableError('The share', {
            cause: new Error(`reader:${secrets.password} was refused`),
          });
        },
      }),
    ]);
    t.environment.secrets.variables.SHARE_PASSWORD = 'correct horse "battery"';
    t.run({ secrets: { password: { env: 'SHARE_PASSWORD' } } });
    t.host.start();
    await t.clock.pass(second);
    const everything = JSON.stringify([
      t.daemon.heartbeats,
      t.gateways.sessions,
      t.gateways.reports,
      t.lines,
      t.host.fleet.find('landing').flatMap(({ logs }) => logs.last(500)),
    ]);
    expect(t.daemon.status('landing')?.error?.message).toBe(
      'The share is unavailable: reader:*** was refused',
    );
    expect(everything).toContain('login as reader with ***');
    expect(everything).not.toContain('correct horse');
  });
});

describe('a connector', () => {
  it('goes on though its disconnect never ends', async () => {
    let tries = 0;
    const t = testHost([
      testConnector({
        refresh: async () => {
          tries += 1;
          if (tries === 1) throw new SystemUnavailableError('The share at nas:445');
        },
        disconnect: () => new Promise<never>(() => undefined),
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(minute);
    expect(tries).toBe(2);
    expect(t.daemon.state('landing')).toBe('running');
  });

  it('begins a run that was asked for while it was failing', async () => {
    let closed: () => void = () => undefined;
    let isDown = true;
    const t = testHost([
      testConnector({
        refresh: async () => {
          if (isDown) throw new NotAuthorizedError('The share at nas:445 refuses the user');
        },
        disconnect: () => new Promise<void>((resolve) => (closed = resolve)),
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    isDown = false;
    t.daemon.change('landing', { requestedRuns: [{ id: runId, mode: 'refresh' }] });
    await t.clock.pass(second);
    closed();
    await t.clock.pass(second);
    expect(t.gateways.runs).toContain('request refresh committed');
    expect(t.daemon.state('landing')).toBe('running');
  });

  it('says why its gateway refuses to begin a run, and ends that run', async () => {
    const t = testHost([testConnector()]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.gateways.refusal = new RequestError('The source is not one of this service');
    t.daemon.change('landing', { requestedRuns: [{ id: runId, mode: 'refresh' }] });
    await t.clock.pass(500);
    const error = { code: 'request-invalid', message: 'The source is not one of this service' };
    expect(t.gateways.reports).toMatchObject([{ id: runId, outcome: 'failed', error }]);
    expect(t.daemon.status('landing')).toMatchObject({ state: 'waiting', lastRun: { id: runId }, error });
  });

  it('is as its last refresh left it, whatever a plan came to', async () => {
    const t = testHost([testConnector()]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.gateways.outcome = 'waiting-for-approval';
    t.daemon.change('landing', { requestedRuns: [{ id: runId, mode: 'plan' }] });
    await t.clock.pass(second);
    expect(t.daemon.status('landing')).toMatchObject({
      lastRun: { trigger: 'start', outcome: 'succeeded' },
      lastPlan: { id: runId, outcome: 'waiting-for-approval' },
    });
  });
});
