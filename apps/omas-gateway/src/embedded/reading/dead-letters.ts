import {
  ElementWrite,
  NotFoundError,
  type ChangeResult,
  type DeadLetter,
  type List,
  type WireError,
} from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import { decodeCursor, encodeCursor, KeysetCursor } from './cursor.js';
import { readPage } from './page.js';

/** An element that could not be written, with all that is needed to write it again as its connector would. */
export interface FailedElement {
  connector: string;
  shard: number;
  source: { qualifiedName: string; displayName: string };
  collection: string;
  scope: string;
  element: ElementWrite;
  changedBy: string;
}
/** Writes it, without the fence of its connector: a person asks for it. */
export type Rewrite = (failed: FailedElement) => Promise<ChangeResult>;

interface LetterRow {
  id: string;
  at: Date;
  run_id: string | null;
  connector: string;
  qualified_name: string;
  error: WireError;
  element: ElementWrite | null;
}
type FailedRow = LetterRow & {
  shard: number;
  collection: string;
  scope: string;
  source: string;
  source_display_name: string;
};

/** Elements that could not be written, newest first, until they are written or discarded. */
export class DeadLetters {
  constructor(
    private readonly sql: Sql,
    private readonly rewrite: Rewrite,
  ) {}

  async page(query: { connector?: string; pageSize: number; cursor?: string }): Promise<List<DeadLetter>> {
    const cursor = decodeCursor(KeysetCursor, query.cursor);
    const connector = query.connector ?? null;
    const { items, next } = await readPage<LetterRow, DeadLetter>({
      pageSize: query.pageSize,
      after: cursor?.after,
      fetch: (after, limit) => this.sql.rows<LetterRow>(pageSql, [connector, after ?? null, limit]),
      keyOf: (row) => Number(row.id),
      itemOf: letterOf,
    });
    const isAll = !cursor && next === null;
    const total = isAll ? items.length : (cursor?.total ?? (await this.#count(connector)));
    return { items, total, next: next === null ? null : encodeCursor({ after: next, total }) };
  }

  async get(id: string): Promise<DeadLetter> {
    return letterOf(await this.#row(id));
  }

  /** Writes the element, as it was or repaired. The letter goes when that succeeds; else it tells the new reason. */
  async replay(request: { id: string; element?: ElementWrite; changedBy: string }): Promise<ChangeResult> {
    const row = await this.#row(request.id);
    const element = request.element ?? ElementWrite.safeParse(row.element).data;
    if (!element) {
      throw new NotFoundError(`The content of ${row.qualified_name} was too large to be kept`, {
        action: 'Send the repaired element with the request, or refresh its connector.',
      });
    }
    const { connector, shard, collection, scope } = row;
    const source = { qualifiedName: row.source, displayName: row.source_display_name };
    const { changedBy } = request;
    const result = await this.rewrite({
      connector,
      shard,
      source,
      collection,
      scope,
      element,
      changedBy,
    });
    if (result.result !== 'refused') await this.#delete(row.id);
    return result;
  }

  async discard(id: string): Promise<void> {
    if (!(await this.#delete(id))) throw unknownLetter(id);
  }

  async #row(id: string): Promise<FailedRow> {
    const row = isNumber(id) ? await this.sql.row<FailedRow>(failedSql, [id]) : undefined;
    if (row) return row;
    throw unknownLetter(id);
  }

  async #delete(id: string): Promise<boolean> {
    if (!isNumber(id)) return false;
    const rows = await this.sql.rows('delete from dead_letter where id = $1::bigint returning id', [id]);
    return rows.length > 0;
  }

  async #count(connector: string | null): Promise<number> {
    const row = await this.sql.row<{ total: string }>(
      'select count(*) as total from dead_letter where $1::text is null or connector = $1',
      [connector],
    );
    return Number(row?.total ?? 0);
  }
}

const pageSql = `
  select id, at, run_id, connector, qualified_name, error, null::jsonb as element from dead_letter
  where ($1::text is null or connector = $1) and ($2::bigint is null or id < $2)
  order by id desc limit $3`;

const failedSql = `
  select d.*, s.qualified_name as source, s.display_name as source_display_name
  from dead_letter d join metadata_source s on s.id = d.source_id where d.id = $1::bigint`;

function letterOf(row: LetterRow): DeadLetter {
  return {
    id: row.id,
    kind: 'element',
    connector: row.connector,
    runId: row.run_id,
    at: row.at.toISOString(),
    qualifiedName: row.qualified_name,
    error: row.error,
    ...(row.element ? { element: row.element } : {}),
  };
}

function isNumber(id: string): boolean {
  return /^\d{1,18}$/.test(id);
}

function unknownLetter(id: string): NotFoundError {
  return new NotFoundError(`There is no dead letter ${JSON.stringify(id)}`, {
    action: 'It may have been written or discarded meanwhile: list the dead letters.',
  });
}
