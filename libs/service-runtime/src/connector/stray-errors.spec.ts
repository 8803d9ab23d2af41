import { AsyncResource } from 'node:async_hooks';
import { NotAuthorizedError } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';
import { hasTakenStray } from '../bootstrap/stray-errors.js';
import { assignmentOf } from '../testing/fake-daemon.js';
import { configurationOf, testConnector, testHost } from '../testing/test-host.js';

const second = 1_000;
const minute = 60 * second;
const untilAbort = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

/** Two connectors; `stray()` is an error that surfaces in what the first one has left behind. */
function twoConnectors(work: 'refresh' | 'engage', error: unknown = new Error('socket hang up')) {
  let surface: () => boolean = () => false;
  let starts = 0;
  let stops = 0;
  const run = async ({ signal }: { signal: AbortSignal }) => {
    starts += 1;
    // Bound to the context that it is made in, as a timer or a socket is.
    surface = AsyncResource.bind(() => hasTakenStray(error));
    if (work === 'engage' || starts === 1) await untilAbort(signal);
    stops += 1;
  };
  const t = testHost([testConnector({ name: 'bad', [work]: run }), testConnector({ name: 'good' })]);
  t.daemon.configure(configurationOf({ name: 'bad', connector: 'bad' }));
  t.daemon.configure(configurationOf({ name: 'sibling', connector: 'good' }));
  t.daemon.assign(assignmentOf('bad'), assignmentOf('sibling'));
  t.host.start();
  return { ...t, stray: () => surface(), starts: () => starts, stops: () => stops };
}

describe('an error that a connector did not await', () => {
  it('fails the connector with it; it is tried again, and its sibling goes on', async () => {
    const t = twoConnectors('engage');
    await t.clock.pass(second);
    expect(t.stray()).toBe(true);
    await t.clock.pass(100);
    expect(t.daemon.status('bad')).toMatchObject({ state: 'waiting', error: { code: 'internal-error' } });
    expect(t.stops()).toBe(1);
    expect(t.daemon.state('sibling')).toBe('running');
    await t.clock.pass(10 * second);
    expect(t.daemon.state('bad')).toBe('running');
    expect(t.starts()).toBe(2);
    expect(t.ends).toEqual([]);
    expect(t.lines.join('')).toContain('Nobody awaited what failed');
  });

  it('backs off when it happens again and again', async () => {
    const t = twoConnectors('engage');
    for (let round = 0; round < 600; round += 1) {
      await t.clock.pass(second);
      t.stray();
    }
    expect(t.starts()).toBeGreaterThan(4);
    expect(t.starts()).toBeLessThan(15);
  });

  it('fails the refresh that it happens in', async () => {
    const t = twoConnectors('refresh');
    await t.clock.pass(second);
    expect(t.stray()).toBe(true);
    await t.clock.pass(100);
    expect(t.gateways.reports).toMatchObject([{ connector: 'bad', outcome: 'failed' }]);
    await t.clock.pass(minute);
    expect(t.daemon.status('bad')).toMatchObject({ state: 'running', lastRun: { outcome: 'succeeded' } });
  });

  it('waits for a person when only a person can mend it', async () => {
    const t = twoConnectors('engage', new NotAuthorizedError('The share refuses the user'));
    await t.clock.pass(second);
    t.stray();
    await t.clock.pass(minute);
    expect(t.daemon.state('bad')).toBe('failed');
    expect(t.starts()).toBe(1);
  });

  it('is only logged after the connector has been told to stop', async () => {
    const t = twoConnectors('engage');
    await t.clock.pass(second);
    t.daemon.change('bad', { wanted: 'paused' });
    await t.clock.pass(second);
    expect(t.stray()).toBe(true);
    await t.clock.pass(second);
    expect(t.daemon.status('bad')).toMatchObject({ state: 'paused', error: null });
  });
});
