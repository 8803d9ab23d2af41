import { canonicalJson, type Locator, type Properties } from '@idaemon/contracts';
import { storableJson, type Sql } from '@idaemon/persistence';
import { locatorKey } from './element-lookup.js';
import type { Writer } from './writer.js';

export interface LocatorRow extends Locator {
  element_id: number;
  is_declared: boolean;
}

/** New ones fail when somebody else takes the same locator at the same time; the transaction starts anew then. */
export async function insertLocators(sql: Sql, rows: readonly LocatorRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.rows(
    `insert into locator (element_id, is_declared, namespace, name)
     select element_id, is_declared, namespace, name
     from jsonb_to_recordset($1::jsonb) as r (element_id bigint, is_declared boolean, namespace text, name text)`,
    [storableJson([...rows].sort(byLocator))],
  );
}

/** What only references and hearsay say; a locator that somebody has stays. Answers how many nobody had. */
export async function sayLocators(
  sql: Sql,
  said: readonly { locator: Locator; elementId: number }[],
): Promise<number> {
  if (said.length === 0) return 0;
  const rows = said.map(({ locator, elementId }) => ({ ...locator, element_id: elementId }));
  const taken = await sql.rows(
    `insert into locator (element_id, is_declared, namespace, name)
     select element_id, false, namespace, name
     from jsonb_to_recordset($1::jsonb) as r (element_id bigint, namespace text, name text)
     on conflict do nothing returning 1`,
    [storableJson(rows.sort(byLocator))],
  );
  return taken.length;
}

function byLocator(a: Locator, b: Locator): number {
  return locatorKey(a) < locatorKey(b) ? -1 : 1;
}

/** Gives locators that somebody has to another element, or makes them its owner's own. */
export async function moveLocators(sql: Sql, rows: readonly LocatorRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql.rows(
    `update locator l set element_id = r.element_id, is_declared = r.is_declared
     from jsonb_to_recordset($1::jsonb) as r (element_id bigint, is_declared boolean, namespace text, name text)
     where l.hash = md5(r.namespace || chr(10) || r.name)::uuid`,
    [storableJson(rows)],
  );
}

/** Takes away the locators that these elements no longer declare, and tells which. */
export async function deleteLocatorsExcept(
  sql: Sql,
  elementIds: readonly number[],
  kept: readonly Locator[],
): Promise<(Locator & { element_id: string })[]> {
  if (elementIds.length === 0) return [];
  return sql.rows(
    `delete from locator where element_id = any($2::bigint[]) and is_declared
     and hash <> all(array(select md5(key)::uuid from jsonb_array_elements_text($1::jsonb) as key))
     returning element_id, namespace, name`,
    [storableJson(kept.map(locatorKey)), elementIds],
  );
}

export interface ClassificationRow {
  element_id: number;
  name: string;
  properties: Properties;
}

/** For elements that were just inserted. */
export async function insertClassifications(
  sql: Sql,
  writer: Writer,
  rows: readonly ClassificationRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql.rows(
    `insert into classification (element_id, name, properties, source_id, is_declared, updated_at)
     select element_id, name, properties, $2, true, now()
     from jsonb_to_recordset($1::jsonb) as r (element_id bigint, name text, properties jsonb)
     on conflict (element_id, name, source_id) do update
     set properties = excluded.properties, is_declared = true, updated_at = now()`,
    [storableJson(rows), writer.source.id],
  );
}

/** Makes the declared classifications of updated elements what they should be. */
export async function replaceClassifications(
  sql: Sql,
  writer: Writer,
  elementIds: readonly number[],
  wanted: readonly ClassificationRow[],
): Promise<void> {
  if (elementIds.length === 0) return;
  const stored = await sql.rows<Omit<ClassificationRow, 'element_id'> & { element_id: string }>(
    `select element_id, name, properties from classification
     where element_id = any($1::bigint[]) and source_id = $2 and is_declared`,
    [elementIds, writer.source.id],
  );
  const key = (row: { element_id: number | string; name: string }) => `${row.element_id} ${row.name}`;
  const before = new Map(stored.map((row) => [key(row), row]));
  const missing = wanted.filter((row) => {
    const same = before.get(key(row));
    before.delete(key(row));
    return !same || canonicalJson(same.properties) !== canonicalJson(row.properties);
  });
  await insertClassifications(sql, writer, missing);
  if (before.size === 0) return;
  await sql.rows(
    `delete from classification c using jsonb_to_recordset($1::jsonb) as r (element_id bigint, name text)
     where c.element_id = r.element_id and c.name = r.name and c.source_id = $2`,
    [storableJson([...before.values()]), writer.source.id],
  );
}
