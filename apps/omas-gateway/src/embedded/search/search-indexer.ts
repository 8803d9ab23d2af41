import type { Database, Sql } from '@idaemon/persistence';
import { searchedNameOf, searchedTextOf } from '../reading/text-match.js';

/** Elements, or positions of the feed, of one round: some ten milliseconds of work. */
const atOnce = 2_000;

export interface IndexRound {
  /** Another replica is at it. */
  isElsewhere: boolean;
  /** There is more to do. */
  isBehind: boolean;
}

interface Progress {
  position: number;
  rebuiltTo: number | null;
}

/** Brings the search entries up to the change feed; from nothing, or after a gap of the feed, all of them anew. */
export class SearchIndexer {
  constructor(private readonly database: Database) {}

  async round(): Promise<IndexRound> {
    // Asked first, without a lock: most rounds find nothing to do and leave no trace.
    const { isBehind } = (await this.database.row<{ isBehind: boolean }>(isBehindSql)) ?? { isBehind: false };
    if (!isBehind) return { isElsewhere: false, isBehind: false };
    return this.database.transaction(catchUp);
  }
}

const isBehindSql = `
  select p.rebuilt_to is not null or p.position <> h.position as "isBehind"
  from feed_progress p, feed_head h where p.consumer = 'search'`;

async function catchUp(sql: Sql): Promise<IndexRound> {
  const progress = await lockProgress(sql);
  if (!progress) return { isElsewhere: true, isBehind: false };
  const head = await headOf(sql);
  if (progress.position < head.pruned || progress.position > head.position) {
    await beginAnew(sql, head.position);
    return { isElsewhere: false, isBehind: true };
  }
  if (progress.rebuiltTo !== null) {
    await rebuildOn(sql, progress.rebuiltTo);
    return { isElsewhere: false, isBehind: true };
  }
  const to = Math.min(head.position, progress.position + atOnce);
  if (to > progress.position) await follow(sql, progress.position, to);
  return { isElsewhere: false, isBehind: to < head.position };
}

async function lockProgress(sql: Sql): Promise<Progress | undefined> {
  const row = await sql.row<{ position: string; rebuilt_to: string | null }>(
    "select position, rebuilt_to from feed_progress where consumer = 'search' for update skip locked",
  );
  if (!row) return undefined;
  return {
    position: Number(row.position),
    rebuiltTo: row.rebuilt_to === null ? null : Number(row.rebuilt_to),
  };
}

async function headOf(sql: Sql): Promise<{ position: number; pruned: number }> {
  const row = await sql.row<{ position: string; pruned: string }>('select position, pruned from feed_head');
  return { position: Number(row?.position ?? 0), pruned: Number(row?.pruned ?? 0) };
}

async function beginAnew(sql: Sql, position: number): Promise<void> {
  await sql.rows('truncate search_entry');
  await sql.rows("update feed_progress set position = $1, rebuilt_to = 0 where consumer = 'search'", [
    position,
  ]);
}

async function rebuildOn(sql: Sql, rebuiltTo: number): Promise<void> {
  const [row] = await sql.rows<{ last: string | null; count: string }>(
    `with next as materialized (select * from element where id > $1 order by id limit $2),
     written as (insert into search_entry (element_id, name, text)
       select e.id, ${searchedNameOf('e')}, ${searchedTextOf('e')} from next e where not e.is_placeholder
       on conflict (element_id) do update set name = excluded.name, text = excluded.text)
     select max(id) as last, count(*) as count from next`,
    [rebuiltTo, atOnce],
  );
  const isDone = Number(row?.count ?? 0) < atOnce;
  await sql.rows("update feed_progress set rebuilt_to = $1 where consumer = 'search'", [
    isDone ? null : row?.last,
  ]);
}

async function follow(sql: Sql, from: number, to: number): Promise<void> {
  await sql.rows(
    `with changed as materialized (
       select distinct guid from change_feed where position > $1 and position <= $2)
     insert into search_entry (element_id, name, text)
     select e.id, ${searchedNameOf('e')}, ${searchedTextOf('e')} from changed join element e on e.guid = changed.guid
     where not e.is_placeholder on conflict (element_id) do update set name = excluded.name, text = excluded.text
       where search_entry.text <> excluded.text`,
    [from, to],
  );
  await sql.rows(
    `with removed as materialized (
       select distinct guid from change_feed where position > $1 and position <= $2 and kind = 'removed')
     delete from search_entry s using removed r join element_history h on h.guid = r.guid
     where s.element_id = h.element_id and not exists (select from element e where e.id = h.element_id and not e.is_placeholder)`,
    [from, to],
  );
  await sql.rows("update feed_progress set position = $1 where consumer = 'search'", [to]);
}
