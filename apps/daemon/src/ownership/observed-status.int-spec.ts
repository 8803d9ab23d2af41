import { randomUUID } from 'node:crypto';
import { noCounts } from '@idaemon/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addConnectors } from '../testing/connector-rows.js';
import { InstanceStandIn, runningStatus } from '../testing/instance-stand-in.js';
import { epochsOf, OwnershipBed } from '../testing/ownership-bed.js';

let bed: OwnershipBed;
beforeEach(async () => {
  bed = await OwnershipBed.fresh();
});
afterEach(() => bed.close());

test('a paused connector keeps its owner, a stopped one is taken back', async () => {
  const a = await bed.oneWith('landing');
  await bed.want('landing', 'paused');
  await bed.look();
  expect((await bed.beat(a)).assignments).toMatchObject([{ wanted: 'paused', epoch: 1 }]);

  await bed.want('landing', 'stopped');
  await bed.look();
  expect((await bed.beat(a)).assignments).toEqual([]);
  await bed.letGo(a);
  expect(await bed.status('landing')).toMatchObject({ state: 'stopped', owner: null, wanted: 'stopped' });

  await bed.want('landing', 'running');
  await bed.look();
  await bed.beat(a);
  expect(epochsOf(a)).toEqual([2]);
});

test('the word of an older owner is not taken', async () => {
  const a = await bed.oneWith('landing');
  const old = {
    connector: 'landing',
    shard: 0,
    epoch: 1,
    status: { ...runningStatus, state: 'failed' as const },
  };
  await bed.heartbeats.raiseEpoch({ connector: 'landing', shard: 0, epoch: 1 });
  await bed.heartbeats.beat(a.heartbeat([old]));
  expect(await bed.status('landing')).toMatchObject({ state: 'starting', epoch: 2 });
  const foreign = new InstanceStandIn();
  await bed.heartbeats.beat(foreign.heartbeat([{ ...old, epoch: 2 }]));
  expect(await bed.status('landing')).toMatchObject({ state: 'starting' });
});

test('a new owner goes on with the schedule', async () => {
  const a = await bed.oneWith('landing');
  const nextRefreshAt = '2030-01-01T00:00:00.000Z';
  await bed.heartbeats.beat(a.heartbeat(a.statuses({ nextRefreshAt })));
  await bed.heartbeats.leave(a.id);
  const b = new InstanceStandIn();
  await bed.beat(b);
  await bed.look();
  await bed.heartbeats.beat(b.heartbeat([]));
  const reply = await bed.beat(b);
  expect(reply.assignments).toMatchObject([{ nextRefreshAt }]);
  await bed.heartbeats.beat(b.heartbeat(b.statuses({ state: 'starting' })));
  expect(await bed.status('landing')).toMatchObject({ state: 'starting', nextRefreshAt });
});

test('a late heartbeat does not bring back what was released', async () => {
  const a = await bed.oneWith('landing');
  const late = a.heartbeat();
  await bed.want('landing', 'stopped');
  await bed.look();
  await bed.beat(a);
  await bed.letGo(a);
  await bed.heartbeats.beat(late);
  expect(await bed.status('landing')).toMatchObject({ state: 'stopped', owner: null });
});

test('a deleted connector is taken back, and its epoch goes on when the name is used again', async () => {
  const a = await bed.oneWith('landing');
  await bed.database.rows('delete from connector');
  await bed.look();
  await bed.beat(a);
  await bed.letGo(a);
  expect(a.connectors).toEqual([]);
  await bed.database.rows('delete from document_revision');
  await addConnectors(bed.database, ['landing']);
  await bed.look();
  await bed.beat(a);
  expect(epochsOf(a)).toEqual([2]);
});

test('a connector that was stopped and started again refreshes anew', async () => {
  const a = await bed.oneWith('landing');
  await bed.heartbeats.beat(a.heartbeat(a.statuses({ nextRefreshAt: '2030-01-01T00:00:00.000Z' })));
  await bed.want('landing', 'stopped');
  await bed.look();
  await bed.beat(a);
  await bed.letGo(a);
  await bed.want('landing', 'running');
  await bed.look();
  expect((await bed.beat(a)).assignments).toMatchObject([{ epoch: 2, nextRefreshAt: null }]);
});

test.each([
  ['document was changed', 'update connector set revision = 2, updated_at = clock_timestamp()'],
  ['restart was asked for', 'update connector set restarts = restarts + 1'],
])('a connector whose %s while its owner was dead refreshes with the next owner', async (_, change) => {
  const a = await bed.oneWith('landing');
  const schedule = { nextRefreshAt: '2030-01-01T00:00:00.000Z' };
  await bed.heartbeats.beat(a.heartbeat(a.statuses(schedule)));
  await bed.database.rows(change);
  // What its owner had sent before it knew says nothing about the change either.
  await bed.heartbeats.beat(a.heartbeat(a.statuses(schedule)));
  const b = new InstanceStandIn();
  await bed.live(10, [b]);
  expect([...b.assignments.values()]).toMatchObject([{ connector: 'landing', nextRefreshAt: null }]);
});

test('a message that Postgres cannot hold as it is keeps nobody from being heard', async () => {
  const a = await bed.oneWith('landing');
  const message = 'The server said "\0" and half of \uD83D';
  const error = { code: 'system-unavailable' as const, message, action: 'None.' };
  await bed.heartbeats.beat(a.heartbeat(a.statuses({ state: 'waiting', error })));
  expect(await bed.status('landing')).toMatchObject({
    state: 'waiting',
    error: { message: 'The server said "\uFFFD" and half of \uFFFD' },
  });
});

test('a plan is not the last run, and a new owner that has made none leaves it as it was', async () => {
  const a = await bed.oneWith('landing');
  const ended = {
    trigger: 'request' as const,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:05.000Z',
    counts: noCounts,
  };
  const lastRun = { ...ended, id: randomUUID(), outcome: 'succeeded' as const };
  const lastPlan = { ...ended, id: randomUUID(), outcome: 'failed' as const };
  await bed.heartbeats.beat(a.heartbeat(a.statuses({ lastRun, lastPlan })));
  expect(await bed.status('landing')).toMatchObject({ lastRun, lastPlan });
  await bed.heartbeats.beat(a.heartbeat(a.statuses({ lastRun: null, lastPlan: null })));
  expect(await bed.status('landing')).toMatchObject({ lastRun, lastPlan });
});
