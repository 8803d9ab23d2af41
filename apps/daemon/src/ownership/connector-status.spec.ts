import { expect, test } from 'vitest';
import { statusOf, type ShardFacts } from './connector-status.js';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

function facts(more: Partial<ShardFacts> = {}): ShardFacts {
  return {
    name: 'landing',
    service: 'files-integrator',
    definition: 'folder',
    wanted: 'running',
    wanted_since: at(0),
    shard: 0,
    epoch: '3',
    instance_id: 'a',
    assigned_at: at(10),
    freed_at: null,
    owner_seen_at: at(20),
    is_owner_alive: true,
    reported_epoch: '3',
    state: 'running',
    since: at(12),
    current_run: null,
    last_run: null,
    last_plan: null,
    next_refresh_at: at(60),
    next_try_at: null,
    error: null,
    ...more,
  };
}
const free = { instance_id: null, epoch: '3', is_owner_alive: false, owner_seen_at: null };

test('what the owner reports at its epoch is the status', () => {
  expect(statusOf([facts()], [])).toEqual({
    name: 'landing',
    wanted: 'running',
    owner: 'a',
    epoch: 3,
    state: 'running',
    since: at(12).toISOString(),
    currentRun: null,
    lastRun: null,
    lastPlan: null,
    nextRefreshAt: at(60).toISOString(),
    nextTryAt: null,
    error: null,
  });
});

test('a new owner that has not reported yet is starting since it was assigned', () => {
  const failed = { code: 'system-unavailable', message: 'x', action: 'y' } as const;
  const status = statusOf(
    [facts({ reported_epoch: '2', state: 'waiting', next_try_at: at(30), error: failed })],
    [],
  );
  expect(status).toMatchObject({
    state: 'starting',
    since: at(10).toISOString(),
    nextTryAt: null,
    error: null,
  });
});

test('a stopped connector without an owner is stopped since its owner let go', () => {
  const status = statusOf(
    [facts({ ...free, wanted: 'stopped', wanted_since: at(30), freed_at: at(31) })],
    [],
  );
  expect(status).toMatchObject({
    state: 'stopped',
    since: at(31).toISOString(),
    nextRefreshAt: null,
    error: null,
  });
});

test('a paused or running connector without an owner says why', () => {
  for (const wanted of ['running', 'paused'] as const) {
    const status = statusOf([facts({ ...free, wanted, freed_at: at(31) })], []);
    expect(status).toMatchObject({ state: 'unassigned', owner: null, since: at(31).toISOString() });
    expect(status.error?.message).toContain('files-integrator');
  }
});

test('an owner that is not heard of any more is no owner', () => {
  const status = statusOf([facts({ is_owner_alive: false })], []);
  expect(status).toMatchObject({ state: 'unassigned', owner: null, since: at(20).toISOString() });
});

test('the worst shard is the state, the latest run and the earliest refresh are those of the connector', () => {
  const run = (second: number) => ({
    id: '3f0a4a0e-8f0b-4a7d-9d37-0a5f0f6a1b0c',
    trigger: 'schedule' as const,
    outcome: 'succeeded' as const,
    startedAt: at(second).toISOString(),
    endedAt: at(second + 1).toISOString(),
    counts: { created: 0, updated: 0, removed: 0, unchanged: 1, failed: 0 },
  });
  const status = statusOf(
    [
      facts({ last_run: run(40), next_refresh_at: at(50) }),
      facts({ shard: 1, instance_id: 'b', state: 'waiting', last_run: run(30), next_refresh_at: null }),
      facts({ shard: 2, last_run: null }),
    ],
    [],
  );
  expect(status).toMatchObject({
    state: 'waiting',
    owner: 'b',
    lastRun: run(40),
    nextRefreshAt: at(50).toISOString(),
  });
});
