import { Injectable } from '@nestjs/common';
import { errorCodes, type ErrorCode } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';

/** Ends runs that cannot end by themselves any more. A report that comes later has the last word. */
@Injectable()
export class UnfinishedRunRepository {
  /**
   * Runs whose owner is no longer the owner: those that people asked for wait for the next owner, the others have
   * failed. Answers how many there were.
   */
  async settleOwnerless(sql: Sql): Promise<number> {
    const rows = await sql.rows(
      `update run r set
         state = case when requested_at is null then 'ended' else 'requested' end,
         outcome = case when requested_at is null then 'failed' end,
         started_at = case when requested_at is null then started_at end,
         ended_at = case when requested_at is null then clock_timestamp() end,
         error = case when requested_at is null then ${error('ownership-lost', `'The instance ' || coalesce(instance_id, '') || ' lost the connector before the run ended'`)} end
       where state = 'running' and ${ofInstances} and not exists (
         select from ownership o where o.connector = r.connector and o.shard = r.shard
           and o.instance_id = r.instance_id and o.epoch = r.epoch)
       returning r.id`,
    );
    return rows.length;
  }

  /** Runs that wait at connectors that are stopped or deleted. */
  async cancelUnwanted(sql: Sql): Promise<number> {
    const rows = await sql.rows(
      `update run r set state = 'ended', outcome = 'failed', ended_at = clock_timestamp(),
         error = ${error('conflict', `'The connector ' || connector || ' was stopped or deleted before the run started'`)}
       where state = 'requested' and ${ofInstances}
         and not exists (select from connector c where c.name = r.connector and c.wanted_state <> 'stopped')
       returning r.id`,
    );
    return rows.length;
  }

  /**
   * Runs that are not under way any more, by the word of their owner, while no report has come for a while: what it
   * says of its last run counts. It has left the others unfinished, stopped or moved: as if it were the owner no more.
   */
  async settleUnreported(sql: Sql): Promise<number> {
    const rows = await sql.rows(
      `with unreported as (
         select r.id, case when s.last_run->>'id' = r.id::text then s.last_run
           when s.last_plan->>'id' = r.id::text then s.last_plan end as last_run
         from run r
         join connector_status s on s.connector = r.connector and s.shard = r.shard and s.epoch = r.epoch
         where r.state = 'running' and s.current_run->>'id' is distinct from r.id::text
           and r.seen_at < clock_timestamp() - interval '15 seconds')
       update run r set
         state = case when u.last_run is null and requested_at is not null then 'requested' else 'ended' end,
         outcome = case when u.last_run is not null then u.last_run->>'outcome'
           when requested_at is null then 'failed' end,
         started_at = case when u.last_run is null and requested_at is not null then null else started_at end,
         ended_at = case when u.last_run is not null then (u.last_run->>'endedAt')::timestamptz
           when requested_at is null then clock_timestamp() end,
         counts = coalesce(u.last_run->'counts', r.counts),
         error = case when u.last_run is null and requested_at is null
           then ${error('session-lost', `'It was left before it ended'`)} end
       from unreported u where u.id = r.id
       returning r.id`,
    );
    return rows.length;
  }
}

/** A removal has no owner: ConnectorRemovals ends it. */
const ofInstances = `mode <> 'removal'`;

/** SQL that makes the error of a run. */
function error(code: ErrorCode, message: string): string {
  const action = errorCodes[code].action.replaceAll("'", "''");
  return `jsonb_build_object('code', '${code}', 'message', ${message}, 'action', '${action}')`;
}
