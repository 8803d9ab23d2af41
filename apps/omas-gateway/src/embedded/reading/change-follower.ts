import type { ChangesPage, ChangesQuery, ElementChange } from '@idaemon/contracts';
import { subtypesOf } from '@idaemon/open-metadata';
import type { Sql } from '@idaemon/persistence';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.js';
import { elementColumns, elementOf, type ElementRow } from './element-rows.js';
import { ByteBudget } from './page.js';

/** A position of the feed; while all elements are read anew, also the row id behind which to go on. */
const Cursor = z.object({ position: z.number().int().min(0), after: z.number().int().min(0).optional() });
type Cursor = z.output<typeof Cursor>;

interface Head {
  position: number;
  pruned: number;
}
interface EntryRow {
  position: string;
  guid: string;
  type: string;
  qualified_name: string;
  source: string | null;
}

/** Positions or elements that one answer goes on by at most, however few of them pass the filters. */
const maxLookedAt = 20_000;
/** Elements of one statement: some hundred large ones at once would be too much memory. */
const elementsAtOnce = 100;

/**
 * The elements that have changed, in the order of their last change. Each is given in its latest state; one that
 * changed several times may be given once. When the feed no longer reaches back to the cursor, all elements are given.
 */
export class ChangeFollower {
  constructor(private readonly sql: Sql) {}

  async follow(query: ChangesQuery): Promise<ChangesPage> {
    const head = await this.#head();
    const cursor = decodeCursor(Cursor, query.cursor);
    if (cursor?.after !== undefined) return this.#elements(query, { ...cursor, after: cursor.after }, false);
    if (cursor && cursor.position >= head.pruned && cursor.position <= head.position) {
      return this.#changes(query, cursor.position, head);
    }
    const now = { position: head.position };
    if (!cursor && query.from === 'now') return pageOf([], now, { hasMore: false });
    // Positions that the store has not reached: it was restored from an older copy.
    return this.#elements(query, { ...now, after: 0 }, cursor !== undefined);
  }

  async #changes(query: ChangesQuery, from: number, head: Head): Promise<ChangesPage> {
    const to = Math.min(head.position, from + maxLookedAt);
    const parameters = [from, to, ...filtersOf(query), query.limit];
    const rows = await this.sql.rows<EntryRow>(entriesSql, parameters);
    const last = rows.length < query.limit ? to : Number(rows.at(-1)?.position);
    const { items, isCut } = await this.#latest(newestOfEach(rows));
    const cursor = isCut ? (items.at(-1)?.cursor ?? { position: from }) : { position: last };
    return pageOf(items, cursor, { hasMore: cursor.position < head.position });
  }

  /** As many as one answer holds, at least one. */
  async #latest(entries: readonly EntryRow[]): Promise<{ items: Item[]; isCut: boolean }> {
    const budget = new ByteBudget();
    const items: Item[] = [];
    for (let from = 0; from < entries.length; from += elementsAtOnce) {
      const some = entries.slice(from, from + elementsAtOnce);
      const rows = await this.sql.rows<ElementRow>(statesSql, [some.map(({ guid }) => guid)]);
      const byGuid = new Map(rows.map((row) => [row.guid, row]));
      for (const entry of some) {
        const item = { change: changeOf(entry, byGuid.get(entry.guid)), cursor: cursorOf(entry) };
        if (!budget.takes(onWire(item)) && items.length > 0) return { items, isCut: true };
        items.push(item);
      }
    }
    return { items, isCut: false };
  }

  /** All elements by row id. What is written meanwhile comes after the position that was taken before. */
  async #elements(
    query: ChangesQuery,
    { position, after }: Required<Cursor>,
    hasGap: boolean,
  ): Promise<ChangesPage> {
    const end = await this.sql.row<{ id: string }>(
      'select id from element where id > $1 order by id offset $2 limit 1',
      [after, maxLookedAt],
    );
    const budget = new ByteBudget();
    const items: Item[] = [];
    for (let from = after; ;) {
      const wanted = Math.min(elementsAtOnce, query.limit - items.length);
      const parameters = [from, end?.id ?? null, ...filtersOf(query), wanted];
      const rows = await this.sql.rows<ElementRow>(elementsSql, parameters);
      for (const row of rows) {
        const cursor = { position, after: Number(row.id) };
        const item: Item = { change: { kind: 'changed', element: elementOf(row) }, cursor };
        if (!budget.takes(onWire(item)) && items.length > 0) {
          return pageOf(items, { position, after: from }, { hasMore: true, hasGap });
        }
        items.push(item);
        from = cursor.after;
      }
      const isWhole = rows.length === wanted && items.length >= query.limit;
      if (isWhole) return pageOf(items, { position, after: from }, { hasMore: true, hasGap });
      if (rows.length === wanted) continue;
      const cursor = end ? { position, after: Number(end.id) - 1 } : { position };
      return pageOf(items, cursor, { hasMore: true, hasGap });
    }
  }

  async #head(): Promise<Head> {
    const row = await this.sql.row<{ position: string; pruned: string }>(
      'select position, pruned from feed_head',
    );
    return { position: Number(row?.position ?? 0), pruned: Number(row?.pruned ?? 0) };
  }
}

interface Item {
  change: ElementChange;
  cursor: Cursor;
}

const entriesSql = `
  select f.position, f.guid, f.type, f.qualified_name, s.qualified_name as source
  from change_feed f left join metadata_source s on s.id = f.source_id
  where f.position > $1 and f.position <= $2
    and ($3::text[] is null or f.type = any ($3))
    and ($4::text[] is null or s.qualified_name = any ($4))
    and ($5::text is null or f.connector is distinct from $5)
  order by f.position limit $6`;

const statesSql = `
  select ${elementColumns} from element e where e.guid = any($1::uuid[]) and not e.is_placeholder`;

/** What only the connector itself has ever written, with no facet of another source, is its own echo. */
const elementsSql = `
  select ${elementColumns} from element e
  where e.id > $1 and ($2::bigint is null or e.id < $2) and not e.is_placeholder
    and ($3::text[] is null or e.type = any ($3))
    and ($4::text[] is null
      or e.source_id in (select id from metadata_source where qualified_name = any ($4)))
    and ($5::text is null or e.changed_by <> $5
      or exists (select from classification c where c.element_id = e.id and c.source_id <> e.source_id)
      or exists (select from relationship r where r.end1_id = e.id and r.source_id <> e.source_id)
      or exists (select from relationship r where r.end2_id = e.id and r.source_id <> e.source_id))
  order by e.id limit $6`;

function filtersOf({ types, sources, notBy }: ChangesQuery): unknown[] {
  return [types?.flatMap((type) => subtypesOf(type)) ?? null, sources ?? null, notBy ?? null];
}

/** In the order of their last change. */
function newestOfEach(rows: readonly EntryRow[]): EntryRow[] {
  const newest = new Map<string, EntryRow>();
  for (const row of rows) {
    newest.delete(row.guid);
    newest.set(row.guid, row);
  }
  return [...newest.values()];
}

function cursorOf({ position }: EntryRow): Cursor {
  return { position: Number(position) };
}

function changeOf({ guid, type, qualified_name, source }: EntryRow, row?: ElementRow): ElementChange {
  if (row) return { kind: 'changed', element: elementOf(row) };
  return { kind: 'removed', element: { guid, type, qualifiedName: qualified_name, source } };
}

function pageOf(
  items: readonly Item[],
  cursor: Cursor,
  { hasMore, hasGap = false }: { hasMore: boolean; hasGap?: boolean },
): ChangesPage {
  return {
    items: items.map(onWire),
    cursor: encodeCursor(cursor),
    hasMore,
    hasGap,
  };
}

function onWire({ change, cursor }: Item): ChangesPage['items'][number] {
  return { change, cursor: encodeCursor(cursor) };
}
