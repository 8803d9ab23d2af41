/** What is, for people: from the facts of ownership and from what the owner reported. Pure. */
import type {
  ConnectorState,
  ConnectorStatus,
  LastRun,
  ObservedStatus,
  WantedState,
  WireError,
} from '@idaemon/contracts';
import type { HostingInstance } from './hosting.repository.js';
import { unassignedReason } from './unassigned-reason.js';

/** A shard of a connector with its owner and the last report that was taken for it. */
export interface ShardFacts {
  name: string;
  service: string;
  definition: string;
  wanted: WantedState;
  wanted_since: Date;
  shard: number | null;
  epoch: string | null;
  instance_id: string | null;
  assigned_at: Date | null;
  freed_at: Date | null;
  owner_seen_at: Date | null;
  is_owner_alive: boolean;
  reported_epoch: string | null;
  state: ConnectorState | null;
  since: Date | null;
  current_run: ObservedStatus['currentRun'];
  last_run: LastRun | null;
  last_plan: LastRun | null;
  next_refresh_at: Date | null;
  next_try_at: Date | null;
  error: WireError | null;
}

/** Of the shards of one connector the state of the worst is the state of the connector. */
const worstFirst: readonly ConnectorState[] = [
  'stuck',
  'failed',
  'unassigned',
  'waiting',
  'starting',
  'running',
  'paused',
  'stopped',
];

export function statusOf(
  shards: readonly ShardFacts[],
  instances: readonly HostingInstance[],
): ConnectorStatus {
  const [first] = shards;
  if (first && shards.length === 1) return shardStatus(first, instances);
  const statuses = shards.map((shard) => shardStatus(shard, instances));
  const [worst] = statuses.toSorted((a, b) => worstFirst.indexOf(a.state) - worstFirst.indexOf(b.state));
  if (!worst) throw new Error('A connector has at least one shard');
  return {
    ...worst,
    currentRun: statuses.find(({ currentRun }) => currentRun)?.currentRun ?? null,
    lastRun: latest(statuses.map(({ lastRun }) => lastRun)),
    lastPlan: latest(statuses.map(({ lastPlan }) => lastPlan)),
    nextRefreshAt: earliest(statuses.map(({ nextRefreshAt }) => nextRefreshAt)),
  };
}

function shardStatus(facts: ShardFacts, instances: readonly HostingInstance[]): ConnectorStatus {
  if (facts.instance_id === null) return withoutOwner(facts, instances);
  if (!facts.is_owner_alive) return ownerLost(facts);
  if (facts.reported_epoch !== facts.epoch || !facts.state) return starting(facts);
  return {
    ...remembered(facts),
    state: facts.state,
    since: (facts.since ?? facts.wanted_since).toISOString(),
    currentRun: facts.current_run,
    nextTryAt: facts.next_try_at?.toISOString() ?? null,
    error: facts.error,
  };
}

function withoutOwner(facts: ShardFacts, instances: readonly HostingInstance[]): ConnectorStatus {
  const since = new Date(Math.max(+facts.wanted_since, +(facts.freed_at ?? 0))).toISOString();
  if (facts.wanted === 'stopped')
    return { ...remembered(facts), state: 'stopped', since, nextRefreshAt: null };
  return { ...remembered(facts), state: 'unassigned', since, error: unassignedReason(facts, instances) };
}

function ownerLost(facts: ShardFacts): ConnectorStatus {
  const since = (facts.owner_seen_at ?? facts.assigned_at ?? facts.wanted_since).toISOString();
  const error: WireError = {
    code: 'system-unavailable',
    message: `Its instance ${facts.instance_id} has not been heard of since ${since}`,
    action: 'Nothing to do: another instance takes over by itself. If none does, start one.',
  };
  return { ...remembered(facts), state: 'unassigned', since, owner: null, error };
}

function starting(facts: ShardFacts): ConnectorStatus {
  const since = (facts.assigned_at ?? facts.wanted_since).toISOString();
  return { ...remembered(facts), state: 'starting', since };
}

function remembered(facts: ShardFacts): Omit<ConnectorStatus, 'state' | 'since'> {
  return {
    name: facts.name,
    wanted: facts.wanted,
    owner: facts.instance_id,
    epoch: facts.epoch === null ? null : Number(facts.epoch),
    currentRun: null,
    lastRun: facts.last_run,
    lastPlan: facts.last_plan,
    nextRefreshAt: facts.next_refresh_at?.toISOString() ?? null,
    nextTryAt: null,
    error: null,
  };
}

function latest(runs: (LastRun | null)[]): LastRun | null {
  const ended = runs.filter((run) => run !== null);
  return ended.toSorted((a, b) => Date.parse(b.endedAt) - Date.parse(a.endedAt))[0] ?? null;
}

function earliest(times: (string | null)[]): string | null {
  return times.filter((time) => time !== null).sort()[0] ?? null;
}
