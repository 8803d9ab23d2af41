import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Assignment } from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';

export interface Assignments {
  version: string;
  assignments: Assignment[];
}

interface AssignmentRow {
  mark: string;
  connector: string;
  shard: number;
  epoch: string;
  revision: number;
  wanted: Assignment['wanted'];
  next_refresh_at: Date | null;
  requested_runs: Assignment['requestedRuns'] | null;
  restarts: number;
}

/**
 * What instances shall run. The version is a digest of what an instance has to act on (not of the next refresh, which
 * it reports itself): equal content has an equal version, whoever computes it.
 */
@Injectable()
export class AssignmentRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Asked with every heartbeat: one small answer. */
  async versionFor(instanceId: string): Promise<string> {
    const row = await this.database.row<{ version: string }>(
      `select md5(coalesce(string_agg(mark, ',' order by connector, shard), '')) as version from (${marks}) marks`,
      [instanceId],
    );
    return row?.version ?? '';
  }

  async listFor(instanceId: string): Promise<Assignments> {
    const rows = await this.database.rows<AssignmentRow>(
      // A connector that was stopped and started again begins anew, and so does one whose document has changed.
      `select m.*, case when s.reported_at >= m.wanted_since and s.planned_revision = m.revision
         and s.planned_restarts = m.restarts then s.next_refresh_at end as next_refresh_at
       from (${marks}) m
       left join connector_status s on s.connector = m.connector and s.shard = m.shard
       order by m.connector, m.shard`,
      [instanceId],
    );
    const version = createHash('md5')
      .update(rows.map(({ mark }) => mark).join(','))
      .digest('hex');
    return { version, assignments: rows.map(assignmentOf) };
  }
}

/** Runs that people asked for travel with the assignment until they have ended. */
const marks = `
  select o.connector, o.shard, o.epoch, c.revision, c.wanted_state as wanted, c.wanted_since, c.restarts,
    r.requested_runs,
    concat_ws(':', o.connector, o.shard, o.epoch, c.revision, c.wanted_state, c.restarts, r.ids) as mark
  from ownership o
  join connector c on c.name = o.connector
  left join (
    select connector, shard, string_agg(id::text, '+' order by created_at, id) as ids,
      jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', id, 'mode', mode, 'approves', approves))
        order by created_at, id) as requested_runs
    from run where state <> 'ended' and requested_at is not null group by 1, 2
  ) r on r.connector = o.connector and r.shard = o.shard
  where o.instance_id = $1 and o.revoked_at is null`;

function assignmentOf(row: AssignmentRow): Assignment {
  return {
    connector: row.connector,
    shard: row.shard,
    epoch: Number(row.epoch),
    revision: row.revision,
    wanted: row.wanted,
    nextRefreshAt: row.next_refresh_at?.toISOString() ?? null,
    requestedRuns: row.requested_runs ?? [],
    restarts: row.restarts,
  };
}
