import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.js';
import { RefreshQueue } from './refresh-queue.js';
import { RefreshSchedule } from './refresh-schedule.js';

const everyMinute = new RefreshSchedule({ every: '1m' }, () => 0);
const requested = { id: '0b9d3a55-3f0c-4d5b-9d69-0c6f0d8f1a01', mode: 'refresh' as const };
const planned = { id: '0b9d3a55-3f0c-4d5b-9d69-0c6f0d8f1a02', mode: 'plan' as const };

function queueOf(schedule = everyMinute, storedMs: number | null = null) {
  const clock = new FakeClock();
  const rings: number[] = [];
  const queue = new RefreshQueue(clock, () => rings.push(clock.wallMs()));
  queue.plan(schedule, storedMs, false);
  const run = (succeeds = true) => {
    const due = queue.due();
    if (due) queue.ended(due, clock.wallMs(), succeeds);
    return due;
  };
  return { clock, queue, rings, run };
}

describe('what is due', () => {
  it('is a first refresh when nothing is stored', () => {
    expect(queueOf().queue.due()).toMatchObject({ trigger: 'start', mode: 'refresh', isRequested: false });
  });

  it('is announced when its time comes', async () => {
    const { clock, queue, rings, run } = queueOf();
    run();
    await clock.pass(59_999);
    expect(queue.due()).toBeUndefined();
    const before = rings.length;
    await clock.pass(1);
    expect(rings.length).toBe(before + 1);
    expect(queue.due()).toMatchObject({ trigger: 'schedule' });
  });

  it('continues the schedule of the last owner', () => {
    const { queue, clock } = queueOf(everyMinute, Date.parse('2026-01-01T00:00:20Z'));
    expect(queue.due()).toBeUndefined();
    expect(queue.nextRefreshAtMs).toBe(clock.wallMs() + 20_000);
  });

  it('keeps its id until it has ended', () => {
    const { queue, run } = queueOf();
    const first = queue.due();
    expect(queue.due()?.id).toBe(first?.id);
    run(false);
    expect(queue.due()?.id).not.toBe(first?.id);
  });

  it('stays due, and its time stays stored, until a refresh succeeds', async () => {
    const { clock, queue, run } = queueOf();
    const dueAtMs = clock.wallMs();
    run(false);
    await clock.pass(5_000);
    expect(queue.due()).toMatchObject({ trigger: 'start' });
    expect(queue.nextRefreshAtMs).toBe(dueAtMs);
    run(true);
    expect(queue.due()).toBeUndefined();
    expect(queue.nextRefreshAtMs).toBe(clock.wallMs() + 60_000);
  });

  it('is one refresh however many events ask for it', () => {
    const { queue, run } = queueOf(new RefreshSchedule(undefined));
    queue.owe('event');
    queue.owe('event');
    expect(run()).toMatchObject({ trigger: 'event' });
    expect(queue.due()).toBeUndefined();
  });

  it('includes an event that came while a refresh ran', async () => {
    const { clock, queue } = queueOf(new RefreshSchedule(undefined));
    queue.owe('event');
    const due = queue.due();
    const startedMs = clock.wallMs();
    await clock.pass(10);
    if (due) queue.ended(due, startedMs, true);
    queue.owe('event');
    expect(queue.due()).toMatchObject({ trigger: 'event' });
  });

  it('tells the next owner what is owed', () => {
    const { clock, queue } = queueOf(new RefreshSchedule(undefined));
    expect(queue.nextRefreshAtMs).toBeNull();
    queue.owe('event');
    expect(queue.nextRefreshAtMs).toBe(clock.wallMs());
  });
});

describe('what people ask for', () => {
  it('goes before everything else, in their order', () => {
    const { queue, run } = queueOf();
    queue.request([planned, requested]);
    expect(run()).toMatchObject({ ...planned, trigger: 'request', isRequested: true });
    expect(run()).toMatchObject(requested);
  });

  it('runs once, though the daemon names it until it has collected the report', () => {
    const { queue, run } = queueOf();
    queue.request([requested]);
    run();
    queue.request([requested]);
    expect(queue.due()).toBeUndefined();
  });

  it('pays for what was due anyway, unless it is a plan', () => {
    const { queue, run } = queueOf();
    queue.request([planned]);
    run();
    expect(queue.due()).toMatchObject({ trigger: 'start' });
    queue.request([requested]);
    run();
    expect(queue.due()).toBeUndefined();
  });

  it('is owed under another id when it has failed', () => {
    const { queue, run } = queueOf(new RefreshSchedule(undefined));
    queue.request([requested]);
    run(false);
    expect(queue.due()).toMatchObject({ trigger: 'request', isRequested: false });
    expect(queue.due()?.id).not.toBe(requested.id);
  });

  it('is not owed when it was only a plan', () => {
    const { queue, run } = queueOf(new RefreshSchedule(undefined));
    queue.request([planned]);
    run(false);
    expect(queue.due()).toBeUndefined();
  });
});

it('refreshes at once after a new configuration', async () => {
  const { clock, queue, run } = queueOf();
  run();
  await clock.pass(1_000);
  queue.plan(everyMinute, null, true);
  expect(queue.due()).toMatchObject({ trigger: 'start' });
});

it('finds its time though the machine was suspended', async () => {
  const { clock, queue, run } = queueOf(new RefreshSchedule({ every: '1h' }, () => 0));
  run();
  clock.suspend(2 * 3_600_000, { isMonotonicStopped: true });
  await clock.pass(60_000);
  expect(queue.due()).toMatchObject({ trigger: 'schedule' });
});

it('leaves no timer behind', () => {
  const { clock, queue, run } = queueOf();
  run();
  queue.stop();
  expect(clock.timers).toBe(0);
});

it('sets no timer for a run that ends after the stop', () => {
  const { clock, queue, run } = queueOf();
  queue.stop();
  run();
  expect(clock.timers).toBe(0);
});
