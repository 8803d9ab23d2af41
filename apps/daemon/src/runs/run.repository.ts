import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { NotFoundError, RequestError, type List, type Run, type RunMode } from '@idaemon/contracts';
import { Database, type Sql } from '@idaemon/persistence';
import { z } from 'zod';
import { runColumns, runOf, type RunRow } from './run-row.js';

export interface RunRequest {
  connector: string;
  mode: RunMode;
  requestedBy: string;
  /** The run whose held removals may be done. */
  approves?: string;
}

/** The history of runs, and the runs that people ask for. */
@Injectable()
export class RunRepository {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Adds a run for each shard of the connector and answers the first; one that surely has not begun is answered instead.
   * The owner hears of it with its assignments: wake it after `sql` has committed.
   */
  async request(request: RunRequest, sql: Sql = this.database): Promise<Run> {
    const { connector, mode, requestedBy, approves } = request;
    const waiting = await this.#surelyWaiting(request, sql);
    if (waiting) return runOf(waiting);
    const added = await sql.rows<RunRow>(
      `insert into run (id, connector, shard, mode, trigger, state, requested_at, requested_by, approves, gateway)
       select case when shard = 0 then $1::uuid else gen_random_uuid() end,
              c.name, shard, $3, 'request', 'requested', now(), $4, $5::uuid, c.gateway
       from connector c cross join lateral generate_series(0, ${shardsOf('c')} - 1) shard
       where c.name = $2
       returning ${runColumns}`,
      [randomUUID(), connector, mode, requestedBy, approves ?? null],
    );
    const [first] = added;
    if (!first) throw new NotFoundError(`There is no connector ${connector}`);
    return runOf(first);
  }

  /**
   * An owner may have begun the oldest requested run without having said so yet: whoever asks now wants what has
   * changed since. So only a second one is joined, or any while nobody owns the connector.
   */
  async #surelyWaiting({ connector, mode, approves }: RunRequest, sql: Sql): Promise<RunRow | undefined> {
    const [newest, older] = await sql.rows<RunRow>(
      `select ${runColumns} from run
       where connector = $1 and mode = $2 and state = 'requested' and approves is not distinct from $3::uuid and shard = 0
       order by requested_at desc limit 2`,
      [connector, mode, approves ?? null],
    );
    if (!newest || older) return newest;
    const owned = await sql.row(
      'select from ownership where connector = $1 and instance_id is not null limit 1',
      [connector],
    );
    return owned ? undefined : newest;
  }

  async get(id: string): Promise<Run | undefined> {
    const row = await this.database.row<RunRow>(`select ${runColumns} from run where id = $1`, [id]);
    return row && runOf(row);
  }

  /** The gateway that keeps the differences of a run. */
  async gatewayOf(id: string): Promise<string | undefined> {
    const row = await this.database.row<{ gateway: string | null }>('select gateway from run where id = $1', [
      id,
    ]);
    return row?.gateway ?? undefined;
  }

  /** Newest first; the cursor is the id of the last run of the page before. */
  async list(connector: string, page: { pageSize: number; cursor?: string }): Promise<List<Run>> {
    const { pageSize, cursor } = page;
    if (cursor !== undefined && !z.uuid().safeParse(cursor).success) throw unknownCursor();
    const rows = await this.database.rows<RunRow>(
      `select ${runColumns} from run
       where connector = $1
         and ($3::uuid is null or exists (select from run last where last.id = $3
           and run.created_at <= last.created_at and (run.created_at < last.created_at or run.id > last.id)))
       order by created_at desc, id limit $2 + 1`,
      [connector, pageSize, cursor ?? null],
    );
    const count = await this.database.row<{ total: number }>(
      'select count(*)::int as total from run where connector = $1',
      [connector],
    );
    const items = rows.slice(0, pageSize).map(runOf);
    return {
      items,
      total: count?.total ?? 0,
      next: rows.length > pageSize ? (items.at(-1)?.id ?? null) : null,
    };
  }
}

/** SQL for the number of shards of a connector row: what the newest definition says, else one. */
export function shardsOf(connector: string): string {
  return `coalesce((select (d.document->>'shards')::int from definition d
    where d.service = ${connector}.service and d.name = ${connector}.definition
    order by d.last_seen_at desc limit 1), 1)`;
}

function unknownCursor(): RequestError {
  return new RequestError('The cursor is not one of this list', {
    errors: [{ path: 'cursor', message: 'must be what the page before answered as next' }],
  });
}
