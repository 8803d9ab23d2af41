import {
  Run,
  type RunCounts,
  type RunOutcome,
  type RunTrigger,
  type Unread,
  type WireError,
} from '@idaemon/contracts';

/** A row of table `run`, as `pg` reads it. */
export interface RunRow {
  id: string;
  connector: string;
  mode: Run['mode'];
  trigger: RunTrigger;
  state: Run['state'];
  outcome: RunOutcome | null;
  requested_at: Date | null;
  requested_by: string | null;
  started_at: Date | null;
  ended_at: Date | null;
  counts: RunCounts;
  held_removals: number;
  unread: Unread[];
  unread_count: number;
  approves: string | null;
  error: WireError | null;
}

export const runColumns = `id, connector, mode, trigger, state, outcome, requested_at, requested_by, started_at,
  ended_at, counts, held_removals, unread, unread_count, approves, error`;

export function runOf(row: RunRow): Run {
  return {
    id: row.id,
    connector: row.connector,
    mode: row.mode,
    trigger: row.trigger,
    state: row.state,
    outcome: row.outcome,
    requestedAt: row.requested_at?.toISOString() ?? null,
    requestedBy: row.requested_by,
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    counts: row.counts,
    heldRemovals: row.held_removals,
    unread: row.unread,
    unreadCount: row.unread_count,
    approves: row.approves,
    error: row.error,
  };
}
