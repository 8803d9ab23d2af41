import type { Properties } from '@idaemon/contracts';
import { displayNameOf } from '@idaemon/open-metadata';
import { storableJson, type Sql } from '@idaemon/persistence';
import { StaleReadError } from '../retried-transaction.js';
import type { Target } from './reference-lookup.js';
import type { Writer } from './writer.js';

/** A row of `element`, in the names of its columns. */
export interface ElementRow {
  id: number;
  guid: string;
  parent_id: number | null;
  scope_id: number;
  type: string;
  qualified_name: string;
  display_name: string;
  content_hash: string;
  source_key: string | null;
  effective_from: string | undefined;
  effective_to: string | undefined;
  properties: Properties;
  /** Left out of most. */
  is_tentative?: true;
}

/** What was read of the row that is to be updated. */
export interface ElementUpdate extends ElementRow {
  read_version: number;
  read_placeholder: boolean;
}

const columns = `id, guid, parent_id, scope_id, type, qualified_name, display_name, content_hash, source_key,
  effective_from, effective_to, properties`;
const recordset = `jsonb_to_recordset($1::jsonb) as r (id bigint, guid uuid, parent_id bigint, scope_id int,
  type text, qualified_name text, display_name text, content_hash text, source_key text,
  effective_from timestamptz, effective_to timestamptz, properties jsonb,
  is_tentative boolean, read_version int, read_placeholder boolean)`;

/**
 * Inserts elements and placeholders in the order of their names: writers who need the same new names wait for each
 * other, but do not get stuck. A name that somebody else takes at the same time makes the transaction start anew.
 */
export async function insertElements(
  sql: Sql,
  writer: Writer,
  elements: readonly ElementRow[],
  placeholders: readonly Target[],
): Promise<void> {
  const rows = [...elements, ...placeholders.map(placeholderRow)].sort(byName);
  if (rows.length === 0) return;
  await sql.rows(
    `insert into element (${columns}, is_tentative, source_id, run_id, is_placeholder, version, changed_by, created_at, updated_at)
     select ${columns}, is_tentative is true, case when scope_id is null then null else $2::int end,
       case when scope_id is null then null else $3::uuid end, scope_id is null,
       case when scope_id is null then 0 else 1 end, $4, now(), now()
     from ${recordset}`,
    [storableJson(rows), writer.source.id, writer.runId, writer.changedBy],
  );
}

interface PlaceholderRow {
  id: number;
  guid: string;
  type: string;
  qualified_name: string;
  display_name: string;
  properties: Properties;
}

/** A placeholder has no scope, which tells it from an element. */
function placeholderRow({ id, guid, type, qualifiedName }: Target): PlaceholderRow {
  const display_name = displayNameOf(type, {}, qualifiedName);
  return { id, guid, type, qualified_name: qualifiedName, display_name, properties: {} };
}

function byName(a: { qualified_name: string }, b: { qualified_name: string }): number {
  return a.qualified_name < b.qualified_name ? -1 : 1;
}

/** Adopted placeholders count as created now; the rest get a new version. */
export async function updateElements(
  sql: Sql,
  writer: Writer,
  rows: readonly ElementUpdate[],
): Promise<void> {
  if (rows.length === 0) return;
  const updated = await sql.rows(
    `update element e set parent_id = r.parent_id, scope_id = r.scope_id, type = r.type,
       qualified_name = r.qualified_name, display_name = r.display_name, content_hash = r.content_hash,
       source_key = r.source_key, effective_from = r.effective_from, effective_to = r.effective_to,
       properties = r.properties, source_id = $2, run_id = $3, changed_by = $4, version = e.version + 1,
       created_at = case when e.is_placeholder then now() else e.created_at end, updated_at = now(),
       is_placeholder = false, is_tentative = r.is_tentative is true, displaced_name = null
     from ${recordset}
     where e.id = r.id and e.version = r.read_version and e.is_placeholder = r.read_placeholder
     returning e.id`,
    [storableJson(rows), writer.source.id, writer.runId, writer.changedBy],
  );
  if (updated.length !== rows.length) throw new StaleReadError('An element was changed meanwhile');
}

/** Copies the present versions into the history, before they are updated. */
export async function keepVersions(sql: Sql, writer: Writer, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.rows(`${insertHistory(false)} where id = any($1::bigint[]) and not is_placeholder`, [
    ids,
    writer.runId,
    writer.changedBy,
  ]);
}

/** The statement's beginning; `$2` is the run and `$3` the user or connector that ends the versions. */
export function insertHistory(isRemoval: boolean): string {
  return `insert into element_history (element_id, valid_from, valid_to, guid, run_id, ended_run_id, source_id, version,
      is_creation, is_removal, type, qualified_name, changed_by, ended_by, properties)
    select id, updated_at, now(), guid, run_id, $2::uuid, source_id, version, created_at = updated_at, ${isRemoval},
      type, coalesce(displaced_name, qualified_name), changed_by, $3::text, properties
    from element`;
}

/**
 * Takes names away from elements, so that others can have them in any order. `displaced_name` remembers them until
 * the element gets a name of its own again, at the commit at the latest.
 */
export async function freeNames(sql: Sql, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.rows(
    `update element set qualified_name = 'displaced::' || guid, displaced_name = coalesce(displaced_name, qualified_name)
     where id = any($1::bigint[])`,
    [ids],
  );
}

export async function freeKeys(sql: Sql, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.rows('update element set source_key = null where id = any($1::bigint[])', [ids]);
}

/** Placeholders whose type or name is known better now. */
export async function refinePlaceholders(sql: Sql, targets: readonly Target[]): Promise<void> {
  if (targets.length === 0) return;
  const rows = targets.map(({ id, type, qualifiedName }) => ({
    id,
    type,
    qualified_name: qualifiedName,
    display_name: displayNameOf(type, {}, qualifiedName),
  }));
  const refined = await sql.rows(
    `update element e set type = r.type, qualified_name = r.qualified_name, display_name = r.display_name
     from ${recordset} where e.id = r.id and e.is_placeholder returning e.id`,
    [storableJson(rows)],
  );
  if (refined.length !== rows.length) throw new StaleReadError('A placeholder was changed meanwhile');
}
