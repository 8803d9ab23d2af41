import { Inject, Injectable } from '@nestjs/common';
import type { StatusReport } from '@idaemon/contracts';
import { Database, storableJson } from '@idaemon/persistence';

/** What owners report. The word of who is not the owner at the newest epoch is not taken. */
@Injectable()
export class ObservedStatusRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  async report(instanceId: string, reports: readonly StatusReport[]): Promise<void> {
    if (reports.length === 0) return;
    const rows = storableJson(reports.map(({ status, ...rest }) => ({ ...rest, ...status })));
    await this.database.rows(statusesQuery, [instanceId, rows]);
    if (reports.some(({ status }) => status.currentRun)) {
      await this.database.rows(currentRunsQuery, [instanceId, rows]);
    }
  }
}

const reported = `
  select r.*, o.instance_id, c.gateway
  from jsonb_to_recordset($2::jsonb) as r (connector text, shard int, epoch bigint, state text, since timestamptz,
    "currentRun" jsonb, "lastRun" jsonb, "lastPlan" jsonb, "nextRefreshAt" timestamptz, "nextTryAt" timestamptz, error jsonb,
    planned jsonb)
  join ownership o using (connector, shard, epoch)
  join connector c on c.name = r.connector
  where o.instance_id = $1
  order by r.connector, r.shard`;

const asTold = (column: string) => `${column} = case
  when excluded.state in ('running', 'paused', 'stopped') or excluded.next_refresh_at is not null
  then excluded.${column} else s.${column} end`;

// A new owner does not know yet what ran last nor when the next refresh is due: what is stored stays until it says so.
const statusesQuery = `
  insert into connector_status as s (connector, shard, epoch, instance_id, state, since, current_run, last_run,
    last_plan, next_refresh_at, next_try_at, error, reported_at, planned_revision, planned_restarts)
  select connector, shard, epoch, instance_id, state, since, "currentRun", "lastRun", "lastPlan",
    "nextRefreshAt", "nextTryAt", error, clock_timestamp(), (planned->>'revision')::int, (planned->>'restarts')::int
  from (${reported}) reported
  on conflict (connector, shard) do update set epoch = excluded.epoch, instance_id = excluded.instance_id,
    state = excluded.state, since = excluded.since, current_run = excluded.current_run,
    last_run = coalesce(excluded.last_run, s.last_run), last_plan = coalesce(excluded.last_plan, s.last_plan),
    ${['next_refresh_at', 'planned_revision', 'planned_restarts'].map(asTold).join(', ')},
    next_try_at = excluded.next_try_at, error = excluded.error, reported_at = excluded.reported_at
  where s.epoch is null or s.epoch <= excluded.epoch`;

// A run that nobody asked for is always a refresh; one that was asked for has its row already.
const currentRunsQuery = `
  insert into run (id, connector, shard, epoch, instance_id, mode, trigger, state, created_at, started_at, counts, gateway,
    seen_at)
  select distinct on (id) *
  from (select ("currentRun"->>'id')::uuid as id, connector, shard, epoch, instance_id, 'refresh',
      "currentRun"->>'trigger', 'running', clock_timestamp(), ("currentRun"->>'startedAt')::timestamptz,
      "currentRun"->'counts', gateway, clock_timestamp()
    from (${reported}) reported where "currentRun" is not null) current
  order by id
  on conflict (id) do update set state = 'running', epoch = excluded.epoch, instance_id = excluded.instance_id,
    started_at = excluded.started_at, counts = excluded.counts, seen_at = excluded.seen_at
  where run.state <> 'ended' and run.connector = excluded.connector`;
