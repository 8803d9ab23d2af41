import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Run, WireError } from '@idaemon/contracts';
import { storableJson, type Sql } from '@idaemon/persistence';
import { runColumns, runOf, type RunRow } from './run-row.js';

/** Runs that remove the elements of deleted connectors: in steps, each told in the transaction that ends it. */
@Injectable()
export class RemovalRunRepository {
  /** Adds the run of a removal that begins once the connector's owner has let go. */
  async request(
    sql: Sql,
    { connector, gateway, who }: { connector: string; gateway: string; who: string },
  ): Promise<Run> {
    const row = await sql.row<RunRow>(
      `insert into run (id, connector, mode, trigger, state, requested_at, requested_by, gateway)
       values ($1, $2, 'removal', 'request', 'requested', now(), $3, $4) returning ${runColumns}`,
      [randomUUID(), connector, who, gateway],
    );
    if (!row) throw new Error(`The removal of ${connector} was not stored`);
    return runOf(row);
  }

  /** Of a connector whose elements are still being removed. */
  async pending(sql: Sql, connector: string): Promise<Run | undefined> {
    const row = await sql.row<RunRow>(
      `select ${runColumns} from run where id = (select run_id from connector_removal where name = $1)`,
      [connector],
    );
    return row && runOf(row);
  }

  async goOn(sql: Sql, id: string, removed: number): Promise<void> {
    await sql.rows(
      `update run set state = 'running', ${started}, error = null, counts = ${counts('removed_before + $2::int')}
       ${from}`,
      [id, removed],
    );
  }

  /** It waits, e.g. for its gateway; the next step takes the error away. */
  async wait(sql: Sql, id: string, error: WireError): Promise<void> {
    await sql.rows('update run set error = $2 where id = $1', [id, storableJson(error)]);
  }

  /** `inAll` is what its gateway has recorded: a step whose answer was lost is not counted. */
  async end(sql: Sql, id: string, { removed, inAll }: { removed: number; inAll: number }): Promise<void> {
    await sql.rows(
      `update run set state = 'ended', outcome = 'succeeded', ${started}, ended_at = clock_timestamp(), error = null,
         counts = ${counts('greatest(removed_before + $2::int, $3::int)')}
       ${from}`,
      [id, removed, inAll],
    );
  }
}

const started = 'started_at = coalesce(started_at, clock_timestamp())';
const from = `from (select id as run_id, (counts->>'removed')::int as removed_before from run where id = $1) before
       where run.id = run_id`;

function counts(removed: string): string {
  return `jsonb_set(counts, '{removed}', to_jsonb(${removed}))`;
}
