import { isDeepStrictEqual } from 'node:util';
import { storableJson, type Sql } from '@idaemon/persistence';
import type { EntityTable } from './entity-table.js';

/** Another worker made a row between our look and our insert: the whole transaction begins again. */
export class LostRaceError extends Error {}

export interface ChangedRow<Known> {
  before: Known | undefined;
  after: Known;
}

/** A statement takes no more rows than this: it is one message to Postgres. */
const chunkRows = 1_000;

/**
 * Merges what some events say into the rows of their entities, in the transaction of `sql`. Rows are locked in the order
 * of their keys, tables in a fixed order by the caller, so that workers wait for each other and never in a circle.
 * Rows of `touched` become dirty even if nothing is new. The rows that have changed.
 */
export async function mergeRows<Known extends object>(
  sql: Sql,
  table: EntityTable<Known>,
  deltas: ReadonlyMap<string, Known>,
  touched: ReadonlySet<string> = new Set(),
): Promise<Map<string, ChangedRow<Known>>> {
  const changed = new Map<string, ChangedRow<Known>>();
  const keys = [...new Set([...deltas.keys(), ...touched])].sort();
  for (let start = 0; start < keys.length; start += chunkRows) {
    await mergeChunk(sql, table, keys.slice(start, start + chunkRows), deltas, touched, changed);
  }
  return changed;
}

async function mergeChunk<Known extends object>(
  sql: Sql,
  table: EntityTable<Known>,
  keys: string[],
  deltas: ReadonlyMap<string, Known>,
  touched: ReadonlySet<string>,
  changed: Map<string, ChangedRow<Known>>,
): Promise<void> {
  const found = await lockRows(sql, table, keys);
  const inserts: [string, Known][] = [];
  const updates: [string, Known][] = [];
  for (const key of keys) {
    const before = found.get(key);
    const delta = deltas.get(key);
    if (before === undefined) {
      if (delta !== undefined) inserts.push([key, delta]);
      continue;
    }
    const after = delta === undefined ? before : table.merge(before, delta);
    const isChanged = after !== before && !isDeepStrictEqual(after, before);
    if (isChanged || touched.has(key)) updates.push([key, after]);
    if (isChanged) changed.set(key, { before, after });
  }
  await updateRows(sql, table, updates);
  await insertRows(sql, table, inserts);
  for (const [key, after] of inserts) changed.set(key, { before: undefined, after });
}

async function lockRows<Known>(
  sql: Sql,
  { name }: EntityTable<Known>,
  keys: string[],
): Promise<Map<string, Known>> {
  const rows = await sql.rows<{ key: string; known: Known }>(
    `select key, known from ${name} where key = any($1) order by key collate "C" for no key update`,
    [keys],
  );
  return new Map(rows.map(({ key, known }) => [key, known]));
}

async function updateRows<Known>(
  sql: Sql,
  table: EntityTable<Known>,
  rows: readonly [string, Known][],
): Promise<void> {
  if (rows.length === 0) return;
  const assignments = names(table).map((column) => `, ${column} = v.${column}`);
  await sql.rows(
    `update ${table.name} e
     set known = v.known::jsonb, version = version + 1, changed_at = now(),
         dirty_since = coalesce(e.dirty_since, now()) ${assignments.join('')}
     from unnest(${placeholders(table)}) v (key, known ${names(table).map(prefixed).join('')})
     where e.key = v.key`,
    parameters(table, rows),
  );
}

async function insertRows<Known>(
  sql: Sql,
  table: EntityTable<Known>,
  rows: readonly [string, Known][],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = names(table).map(prefixed).join('');
  const inserted = await sql.rows(
    `insert into ${table.name} (key, known ${columns})
     select v.key, v.known::jsonb ${columns} from unnest(${placeholders(table)}) v (key, known ${columns})
     on conflict (key) do nothing returning 1`,
    parameters(table, rows),
  );
  if (inserted.length < rows.length) throw new LostRaceError(`Another worker wrote rows of ${table.name}`);
}

const prefixed = (column: string): string => `, ${column}`;

function names<Known>({ columns }: EntityTable<Known>): string[] {
  return ['shard', ...columns.map(({ name }) => name)];
}

function placeholders<Known>({ columns }: EntityTable<Known>): string {
  const types = ['text', 'text', 'smallint', ...columns.map(({ type }) => type)];
  return types.map((type, index) => `$${index + 1}::${type}[]`).join(', ');
}

function parameters<Known>(table: EntityTable<Known>, rows: readonly [string, Known][]): unknown[] {
  return [
    rows.map(([key]) => key),
    rows.map(([, known]) => storableJson(known)),
    rows.map(([key, known]) => table.shardOf(key, known)),
    ...table.columns.map(({ of }) => rows.map(([, known]) => of(known))),
  ];
}
