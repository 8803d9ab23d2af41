import { randomUUID } from 'node:crypto';
import {
  gatewayMessages,
  type ObservedStatus,
  type Run,
  type RunMode,
  type RunReport,
} from '@idaemon/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InstanceStandIn } from '../testing/instance-stand-in.js';
import { OwnershipBed } from '../testing/ownership-bed.js';
import { Retention } from './retention.js';
import { RunCollector } from './run-collector.js';
import { RunReportRepository } from './run-report.repository.js';
import { RunRepository } from './run.repository.js';
import { UnfinishedRunRepository } from './unfinished-run.repository.js';

let bed: OwnershipBed;
beforeEach(async () => {
  bed = await OwnershipBed.fresh();
});
afterEach(() => bed.close());

const noCounts = { created: 0, updated: 0, removed: 0, unchanged: 0, failed: 0 };
const request = (mode: RunMode = 'refresh') =>
  bed.get(RunRepository).request({ connector: 'landing', mode, requestedBy: 'ann' });

async function run(id: string): Promise<Run> {
  const found = await bed.get(RunRepository).get(id);
  if (!found) throw new Error(`There is no run ${id}`);
  return found;
}

function currentRun(id: string, trigger: 'request' | 'schedule' = 'request'): ObservedStatus['currentRun'] {
  return { id, trigger, startedAt: '2026-01-01T00:00:00.000Z', counts: { ...noCounts, created: 3 } };
}

function report(id: string, more: Partial<RunReport> = {}): RunReport {
  return {
    id,
    connector: 'landing',
    shard: 0,
    epoch: 1,
    mode: 'refresh',
    trigger: 'schedule',
    outcome: 'succeeded',
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:05.000Z',
    counts: { ...noCounts, created: 7 },
    heldRemovals: 0,
    unread: [],
    unreadCount: 0,
    ...more,
  };
}

/** The only one that is declared; other specs use the same NATS server. */
async function gatewayOfThisSpec(): Promise<string> {
  const name = `gateway-${randomUUID().slice(0, 8)}`;
  await bed.database.rows('update gateway_document set name = $1', [name]);
  return name;
}

async function work(instance: InstanceStandIn, current: ObservedStatus['currentRun']): Promise<void> {
  await bed.heartbeats.beat(instance.heartbeat(instance.statuses({ currentRun: current })));
}

describe('a run that is asked for', () => {
  test('travels with the assignment until it has ended', async () => {
    const a = await bed.oneWith('landing');
    const plan = await request('plan');
    expect(plan).toMatchObject({ state: 'requested', trigger: 'request', requestedBy: 'ann', mode: 'plan' });
    const reply = await bed.beat(a);
    expect(reply.assignments?.[0]?.requestedRuns).toEqual([{ id: plan.id, mode: 'plan' }]);

    await work(a, currentRun(plan.id));
    expect(await run(plan.id)).toMatchObject({ state: 'running', mode: 'plan', counts: { created: 3 } });
    expect((await bed.beat(a)).assignments).toBeUndefined();

    await bed.get(RunReportRepository).store('default', [report(plan.id, { mode: 'plan', heldRemovals: 4 })]);
    expect(await run(plan.id)).toMatchObject({
      state: 'ended',
      outcome: 'succeeded',
      requestedBy: 'ann',
      trigger: 'request',
      heldRemovals: 4,
      endedAt: '2026-01-01T00:00:05.000Z',
    });
    expect((await bed.beat(a)).assignments?.[0]?.requestedRuns).toEqual([]);
  });

  test('is a new one while the first may have begun unseen, and the second for all who ask then', async () => {
    await bed.oneWith('landing');
    const first = await request();
    const second = await request();
    expect(second.id).not.toBe(first.id);
    expect((await request()).id).toBe(second.id);
    expect((await request('plan')).id).not.toBe(second.id);
  });

  test('is the one that waits already while nobody owns the connector', async () => {
    const a = await bed.oneWith('landing');
    await bed.heartbeats.leave(a.id);
    const first = await request();
    expect((await request()).id).toBe(first.id);
  });

  test('is made again by the next owner under the same id when its owner dies', async () => {
    const a = await bed.oneWith('landing');
    const { id } = await request();
    await work(a, currentRun(id));
    await bed.heartbeats.leave(a.id);
    const b = new InstanceStandIn();
    await bed.beat(b);
    await bed.look();
    expect(await run(id)).toMatchObject({ state: 'requested', startedAt: null });
    expect((await bed.beat(b)).assignments?.[0]?.requestedRuns).toEqual([{ id, mode: 'refresh' }]);

    const lost = report(id, { outcome: 'failed', endedAt: '2026-01-01T00:00:02.000Z' });
    await bed.get(RunReportRepository).store('default', [lost]);
    expect(await run(id)).toMatchObject({ state: 'requested' });
    await work(b, currentRun(id));
    await bed.get(RunReportRepository).store('default', [lost]);
    expect(await run(id)).toMatchObject({ state: 'running' });
    await bed.get(RunReportRepository).store('default', [report(id, { epoch: 2 })]);
    expect(await run(id)).toMatchObject({ state: 'ended', outcome: 'succeeded' });
  });

  test('has failed with its reason when it ends before its owner has said that it began', async () => {
    await bed.oneWith('landing');
    const { id } = await request();
    const error = {
      code: 'not-authorized' as const,
      message: 'Refused',
      action: 'Check the credentials.',
    };
    await bed.get(RunReportRepository).store('default', [report(id, { outcome: 'failed', error })]);
    expect(await run(id)).toMatchObject({ state: 'ended', outcome: 'failed', error });
  });

  test('waits for the next owner when the one before failed and never said that it began', async () => {
    const a = await bed.oneWith('landing');
    const { id } = await request();
    await bed.heartbeats.leave(a.id);
    await bed.beat(new InstanceStandIn());
    await bed.look();
    await bed.get(RunReportRepository).store('default', [report(id, { outcome: 'failed' })]);
    expect(await run(id)).toMatchObject({ state: 'requested' });
  });

  test('has failed when its connector is stopped before it starts', async () => {
    await bed.oneWith('landing');
    const { id } = await request();
    await bed.want('landing', 'stopped');
    await bed.look();
    expect(await run(id)).toMatchObject({ state: 'ended', outcome: 'failed', error: { code: 'conflict' } });
  });

  test('waits again when its owner was told to do something else meanwhile', async () => {
    const a = await bed.oneWith('landing');
    const { id } = await request();
    await work(a, currentRun(id));
    await bed.want('landing', 'paused');
    await work(a, null);
    await bed.pass(16);
    await bed.get(UnfinishedRunRepository).settleUnreported(bed.database);
    expect(await run(id)).toMatchObject({ state: 'requested', outcome: null, endedAt: null });
  });
});

describe('a run that nobody asked for', () => {
  test('has failed when its owner is lost; a report that comes later has the last word', async () => {
    const a = await bed.oneWith('landing');
    const id = randomUUID();
    await work(a, currentRun(id, 'schedule'));
    expect(await run(id)).toMatchObject({ state: 'running', trigger: 'schedule', requestedAt: null });
    await bed.heartbeats.leave(a.id);
    await bed.look();
    expect(await run(id)).toMatchObject({
      state: 'ended',
      outcome: 'failed',
      error: { code: 'ownership-lost', message: expect.stringContaining(a.id) as string },
    });
    await bed.get(RunReportRepository).store('default', [report(id)]);
    expect(await run(id)).toMatchObject({ outcome: 'succeeded', error: null, counts: { created: 7 } });
  });

  test.each(['lastRun', 'lastPlan'])(
    'ends by the word of its owner, its %s, when no report comes',
    async (last) => {
      const a = await bed.oneWith('landing');
      const id = randomUUID();
      await work(a, currentRun(id, 'schedule'));
      const ended = {
        id,
        trigger: 'schedule' as const,
        outcome: 'partial' as const,
        startedAt: '2026-01-01T00:00:00.000Z',
        endedAt: '2026-01-01T00:00:09.000Z',
        counts: { ...noCounts, updated: 2 },
      };
      await bed.heartbeats.beat(a.heartbeat(a.statuses({ [last]: ended })));
      const unfinished = bed.get(UnfinishedRunRepository);
      expect(await unfinished.settleUnreported(bed.database)).toBe(0);
      await bed.pass(16);
      expect(await unfinished.settleUnreported(bed.database)).toBe(1);
      expect(await run(id)).toMatchObject({ state: 'ended', outcome: 'partial', counts: { updated: 2 } });
    },
  );

  test('has failed when its owner works on something else and never reports it', async () => {
    const a = await bed.oneWith('landing');
    const [left, next] = [randomUUID(), randomUUID()];
    await work(a, currentRun(left, 'schedule'));
    await bed.pass(16);
    await work(a, currentRun(next, 'schedule'));
    await bed.get(UnfinishedRunRepository).settleUnreported(bed.database);
    expect(await run(left)).toMatchObject({
      state: 'ended',
      outcome: 'failed',
      error: { code: 'session-lost' },
    });
    expect(await run(next)).toMatchObject({ state: 'running' });
  });

  test('is the last run of its connector, though its owner died before it could say so', async () => {
    const a = await bed.oneWith('landing');
    await bed.heartbeats.leave(a.id);
    const id = randomUUID();
    await bed.get(RunReportRepository).store('default', [report(id)]);
    expect((await bed.status('landing')).lastRun).toEqual({
      id,
      trigger: 'schedule',
      outcome: 'succeeded',
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:00:05.000Z',
      counts: { ...noCounts, created: 7 },
    });
  });
});

test('reports are collected from a gateway page by page, stored, and only then acknowledged', async () => {
  const gateway = await gatewayOfThisSpec();
  const waiting = Array.from({ length: 450 }, () => report(randomUUID()));
  const { messaging } = bed.daemon;
  messaging.respond(gatewayMessages.collectRuns, { gateway }, async ({ limit }) => ({
    reports: waiting.slice(0, limit).map((one) => ({ ...one, revision: `of ${one.id}` })),
  }));
  messaging.respond(gatewayMessages.acknowledgeRuns, { gateway }, async ({ ids, revisions }) => {
    expect(revisions).toEqual(ids.map((id) => `of ${id}`));
    for (const id of ids) expect(await run(id)).toMatchObject({ state: 'ended', outcome: 'succeeded' });
    waiting.splice(0, ids.length);
    return {};
  });
  await bed.get(RunCollector).collectAll(AbortSignal.timeout(20_000));
  expect(waiting).toEqual([]);

  const first = await bed.get(RunRepository).list('landing', { pageSize: 300 });
  expect(first).toMatchObject({ total: 450 });
  const second = await bed.get(RunRepository).list('landing', { pageSize: 300, cursor: first.next ?? '' });
  expect(second).toMatchObject({ total: 450, next: null });
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(450);
});

test('a gateway that is away keeps its reports, and nothing fails', async () => {
  await gatewayOfThisSpec();
  await bed.get(RunCollector).collectAll(AbortSignal.timeout(20_000));
  await bed.look();
});

test('ended runs and audit entries are forgotten after their time', async () => {
  await bed.oneWith('landing');
  const [old, young] = [randomUUID(), randomUUID()];
  await bed.get(RunReportRepository).store('default', [report(old), report(young)]);
  const { id: waiting } = await request();
  await bed.database.rows(`update run set ended_at = now() - interval '29 days' where id = $1`, [young]);
  await bed.database.rows(`update run set ended_at = now() - interval '31 days' where id = $1`, [old]);
  await bed.database.rows(
    `insert into audit (at, who, action, kind, name)
     select now() - days * interval '1 day', 'ann', 'stop', 'connector', 'landing' from unnest(array[399, 401]) days`,
  );
  await bed.get(Retention).prune(AbortSignal.timeout(20_000));
  const kept = await bed.get(RunRepository).list('landing', { pageSize: 10 });
  expect(kept.items.map(({ id }) => id).sort()).toEqual([young, waiting].sort());
  expect(await bed.database.row('select count(*)::int as count from audit')).toEqual({ count: 1 });
});

test('a cursor that no page has answered is refused', async () => {
  await expect(bed.get(RunRepository).list('landing', { pageSize: 10, cursor: 'x' })).rejects.toMatchObject({
    code: 'request-invalid',
  });
});
