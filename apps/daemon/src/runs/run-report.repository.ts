import { Inject, Injectable } from '@nestjs/common';
import type { RunReport } from '@idaemon/contracts';
import { Database, storableJson } from '@idaemon/persistence';

/** Stores what gateways report of finished runs. A report has the last word, except for an attempt that is made again. */
@Injectable()
export class RunReportRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Storing a report again changes nothing. */
  async store(gateway: string, reports: readonly RunReport[]): Promise<void> {
    if (reports.length === 0) return;
    const rows = storableJson(reports);
    await this.database.transaction(async (sql) => {
      await sql.rows(runsQuery, [gateway, rows]);
      await sql.rows(lastRunsQuery, [rows]);
    });
  }
}

const reported = (rows: string) => `
  jsonb_to_recordset(${rows}::jsonb) as r (id uuid, connector text, shard int, epoch bigint, mode text, trigger text,
    outcome text, "startedAt" timestamptz, "endedAt" timestamptz, counts jsonb, "heldRemovals" int, unread jsonb,
    "unreadCount" int, error jsonb, approves uuid)`;

// No epoch of its own has a run that has failed before its owner could say that it began.
const ownersEpoch =
  '(select o.epoch from ownership o where o.connector = run.connector and o.shard = run.shard)';

// A run that was asked for and lost its owner is made again under the same id: the failure of the lost attempt does not
// end it.
const runsQuery = `
  insert into run (id, connector, shard, epoch, mode, trigger, state, outcome, created_at, started_at, ended_at, counts,
    held_removals, unread, unread_count, approves, gateway, error)
  select distinct on (id) id, connector, coalesce(shard, 0), epoch, mode, trigger, 'ended', outcome, "startedAt",
    "startedAt", "endedAt", counts, coalesce("heldRemovals", 0), coalesce(unread, '[]'), coalesce("unreadCount", 0),
    approves, $1, error
  from ${reported('$2')}
  order by id, "endedAt" desc
  on conflict (id) do update set epoch = excluded.epoch, state = 'ended', outcome = excluded.outcome,
    started_at = excluded.started_at, ended_at = excluded.ended_at, counts = excluded.counts,
    held_removals = excluded.held_removals, unread = excluded.unread, unread_count = excluded.unread_count,
    gateway = excluded.gateway, error = excluded.error
  where run.connector = excluded.connector and not (
    run.state <> 'ended' and run.requested_at is not null and excluded.outcome = 'failed'
    and (excluded.epoch < coalesce(run.epoch, ${ownersEpoch}, 0)
      or (run.state = 'requested' and excluded.epoch = coalesce(run.epoch, 0))))`;

// The owner says it, too; a run that ended after its owner's last word is known from here alone.
const lastRunsQuery = `
  update connector_status s set last_run = jsonb_build_object('id', r.id, 'trigger', r.trigger, 'outcome', r.outcome,
    'startedAt', r."startedAt", 'endedAt', r."endedAt", 'counts', r.counts)
  from (select distinct on (connector, shard) connector, coalesce(shard, 0) as shard, id, trigger, outcome, counts,
      to_char("startedAt" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "startedAt",
      to_char("endedAt" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "endedAt"
    from ${reported('$1')} where mode = 'refresh' order by connector, shard, r."endedAt" desc) r
  where s.connector = r.connector and s.shard = r.shard
    and (s.last_run is null or (s.last_run->>'endedAt')::timestamptz < r."endedAt"::timestamptz)`;
