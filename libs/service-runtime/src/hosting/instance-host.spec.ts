import { IdaemonError, SystemUnavailableError } from '@idaemon/contracts';
import { NoAnswerError } from '@idaemon/messaging';
import { describe, expect, it } from 'vitest';
import { assignmentOf } from '../testing/fake-daemon.js';
import { configurationOf, testConnector, testHost } from '../testing/test-host.js';

const second = 1_000;
const minute = 60 * second;
const deaf = () => new Promise<never>(() => undefined);
const untilAbort = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

describe('heartbeats', () => {
  it('tell a change after a quiet time at once, and those that follow soon together', async () => {
    const t = testHost([]);
    t.host.start();
    await t.clock.pass(500);
    const before = t.daemon.heartbeats.length;
    t.host.wake();
    await t.clock.pass(1);
    expect(t.daemon.heartbeats).toHaveLength(before + 1);
    for (let change = 0; change < 5; change += 1) {
      t.host.wake();
      await t.clock.pass(1);
    }
    expect(t.daemon.heartbeats).toHaveLength(before + 1);
    await t.clock.pass(10);
    expect(t.daemon.heartbeats).toHaveLength(before + 2);
  });
});

describe('ownership', () => {
  it('is given back at once when the connector is assigned elsewhere', async () => {
    const t = testHost([testConnector({ refresh: ({ signal }) => untilAbort(signal) })]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.daemon.assign();
    await t.clock.pass(100);
    expect(t.daemon.released).toEqual([{ connector: 'landing', shard: 0, epoch: 1 }]);
    expect(t.gateways.runs).toEqual(['start refresh abandoned']);
    await t.clock.pass(2 * second);
    expect(t.daemon.heartbeats.at(-1)?.owned).toEqual([]);
  });

  it('ends with the lease when nobody answers, and begins again when the daemon does', async () => {
    const t = testHost([testConnector({ refresh: ({ signal }) => untilAbort(signal) })]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.daemon.failure = new NoAnswerError('idaemon.daemon.heartbeat', 'disconnected');
    await t.clock.pass(3 * second);
    expect(t.gateways.runs).toEqual(['start refresh open']);
    await t.clock.pass(4 * second);
    expect(t.gateways.runs).toEqual(['start refresh abandoned']);
    expect(t.host.fleet.instances).toEqual([]);
    t.daemon.failure = undefined;
    await t.clock.pass(3 * second);
    expect(t.gateways.runs).toEqual(['start refresh abandoned', 'start refresh open']);
  });

  it('goes on without the daemon as long as NATS says so and the gateway confirms', async () => {
    const t = testHost([testConnector()]);
    t.run({ schedule: { every: '1m' } });
    t.host.start();
    await t.clock.pass(second);
    t.daemon.failure = new NoAnswerError('idaemon.daemon.heartbeat', 'no-responders');
    await t.clock.pass(10 * minute);
    expect(t.gateways.confirmed).toBeGreaterThan(300);
    expect(t.gateways.runs.length).toBeGreaterThan(8);
  });

  it('starts nothing new without the daemon', async () => {
    const t = testHost([testConnector()]);
    t.gateways.failure = new NoAnswerError('idaemon.gateway.default.claim', 'no-responders');
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.daemon.failure = new NoAnswerError('idaemon.daemon.heartbeat', 'no-responders');
    await t.clock.pass(10 * second);
    t.gateways.failure = undefined;
    await t.clock.pass(minute);
    expect(t.gateways.claims).toEqual([]);
  });

  it('ends when the gateway has seen a newer claim', async () => {
    const t = testHost([testConnector({ refresh: ({ signal }) => untilAbort(signal) })]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.gateways.lost = [{ connector: 'landing', shard: 0, epoch: 1 }];
    t.daemon.failure = new NoAnswerError('idaemon.daemon.heartbeat', 'no-responders');
    await t.clock.pass(4 * second);
    expect(t.host.fleet.instances).toEqual([]);
    expect(t.gateways.runs).toEqual(['start refresh abandoned']);
  });

  it('that is refused as too old is told to the daemon and not tried again', async () => {
    const t = testHost([testConnector()]);
    t.gateways.newestEpoch = 7;
    t.run();
    t.host.start();
    await t.clock.pass(30 * second);
    expect(t.daemon.raised).toEqual([{ connector: 'landing', shard: 0, epoch: 7 }]);
    expect(t.gateways.claims).toEqual([]);
    t.daemon.assign(assignmentOf('landing', { epoch: 8 }));
    await t.clock.pass(second);
    expect(t.gateways.claims).toEqual([{ connector: 'landing', shard: 0, epoch: 8 }]);
  });

  it('writes nothing after the process was suspended past its lease', async () => {
    let write: () => Promise<void> = () => Promise.resolve();
    const t = testHost([
      testConnector({
        refresh: async ({ metadata, signal }) => {
          write = () => metadata.dataFiles.sync([{ qualifiedName: 'late' }]);
          await untilAbort(signal);
        },
      }),
    ]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.clock.suspend(30 * second);
    await expect(write()).rejects.toThrow('The lease of this instance on landing is over');
    expect(t.gateways.sessions[0]?.written).toEqual([]);
  });

  it('is left within two seconds when the process stops', async () => {
    const t = testHost([testConnector({ refresh: ({ signal }) => untilAbort(signal) })]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    const stopped = t.host.stop();
    await t.clock.pass(2 * second);
    await stopped;
    expect(t.daemon.left).toEqual(['files-integrator-1']);
    expect(t.gateways.runs).toEqual(['start refresh abandoned']);
  });
});

describe('a connector that ignores abort', () => {
  const twoConnectors = () => {
    const t = testHost([
      testConnector({ name: 'deaf', refresh: deaf }),
      testConnector({ name: 'good', refresh: async () => undefined }),
    ]);
    t.daemon.configure(configurationOf({ name: 'bad', connector: 'deaf' }));
    t.daemon.configure(configurationOf({ name: 'sibling', connector: 'good' }));
    t.daemon.assign(assignmentOf('bad'), assignmentOf('sibling'));
    return t;
  };

  it('is named, its siblings are handed over, and its process ends before the lease', async () => {
    const t = twoConnectors();
    t.host.start();
    await t.clock.pass(second);
    t.daemon.change('bad', { wanted: 'paused' });
    await t.clock.pass(2 * second);
    expect(t.daemon.status('bad')).toMatchObject({ state: 'stuck' });
    expect(t.daemon.status('bad')?.error?.message).toContain('refresh of bad goes on for more than 1 s');
    expect(t.daemon.heartbeats.at(-1)?.isDraining).toBe(true);
    expect(t.daemon.released).toEqual([{ connector: 'sibling', shard: 0, epoch: 1 }]);
    expect(t.ends).toHaveLength(1);
    expect(t.ends[0]?.reason).toContain('bad');
    expect(t.ends[0]?.withinMs).toBeLessThan(5 * second);
  });

  it('ends its process at once when the lease is over already', async () => {
    const t = twoConnectors();
    t.host.start();
    await t.clock.pass(second);
    t.daemon.failure = new NoAnswerError('idaemon.daemon.heartbeat', 'disconnected');
    await t.clock.pass(8 * second);
    expect(t.ends[0]).toMatchObject({ withinMs: 0 });
  });

  it('keeps its lease when the process stops: nobody else may begin', async () => {
    const t = twoConnectors();
    t.host.start();
    await t.clock.pass(second);
    const stopped = t.host.stop();
    await t.clock.pass(3 * second);
    await stopped;
    expect(t.daemon.left).toEqual([]);
  });
});

describe('a lease', () => {
  it.each([
    ['the daemon has a bug', new IdaemonError('internal-error', 'An unexpected error happened')],
    ['the daemon does not understand it', new IdaemonError('request-invalid', 'A request is not valid')],
  ])('ends when %s: that is no word about who owns what', async (_, failure) => {
    const t = testHost([testConnector({ refresh: ({ signal }) => untilAbort(signal) })]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.daemon.failure = failure;
    await t.clock.pass(7 * second);
    expect(t.gateways.confirmed).toBe(0);
    expect(t.host.fleet.instances).toEqual([]);
  });

  it('goes on while the daemon says that Postgres is away and the gateway confirms', async () => {
    const t = testHost([testConnector({ refresh: ({ signal }) => untilAbort(signal) })]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.daemon.failure = new SystemUnavailableError('Postgres');
    await t.clock.pass(20 * second);
    expect(t.gateways.runs).toEqual(['start refresh open']);
  });

  it('is not renewed by a daemon that does not know the instance', async () => {
    const t = testHost([testConnector({ refresh: ({ signal }) => untilAbort(signal) })]);
    t.run();
    t.host.start();
    await t.clock.pass(second);
    t.daemon.heartbeat = () =>
      Promise.resolve({ leaseMs: 6_000, mustRegister: true, assignmentsVersion: 'none' });
    await t.clock.pass(7 * second);
    expect(t.host.fleet.instances).toEqual([]);
  });
});
