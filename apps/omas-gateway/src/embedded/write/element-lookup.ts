import { storableJson, type Sql } from '@idaemon/persistence';
import {
  storedElement,
  storedElementColumns,
  type StoredElement,
  type StoredElementRow,
} from './stored-element.js';

/**
 * Looked up by an array that the statement itself makes: the plan is an index scan from the first row on, whatever
 * the statistics of a fresh table say.
 */
export async function findByName(sql: Sql, names: readonly string[]): Promise<Map<string, StoredElement>> {
  if (names.length === 0) return new Map();
  const rows = await sql.rows<StoredElementRow>(
    `select ${storedElementColumns} from element e
     where e.name_hash = any(array(select md5(name)::uuid from jsonb_array_elements_text($1::jsonb) as name))`,
    [storableJson(names)],
  );
  return new Map(rows.map((row) => [row.qualified_name, storedElement(row)]));
}

export async function findByKey(
  sql: Sql,
  sourceId: number,
  keys: readonly string[],
): Promise<Map<string, StoredElement>> {
  if (keys.length === 0) return new Map();
  const rows = await sql.rows<StoredElementRow>(
    `select ${storedElementColumns} from element e
     where e.source_id = $2 and e.source_key is not null
       and md5(e.source_key)::uuid = any(array(select md5(key)::uuid from jsonb_array_elements_text($1::jsonb) as key))`,
    [storableJson(keys), sourceId],
  );
  return new Map(rows.map((row) => [row.source_key ?? '', storedElement(row)]));
}

/** The elements that held these source keys until another key took their name in this session. */
export async function findByReplacedKey(
  sql: Sql,
  session: string,
  keys: readonly string[],
): Promise<Map<string, StoredElement>> {
  if (keys.length === 0) return new Map();
  const rows = await sql.rows<StoredElementRow & { key: string }>(
    `select k.key, ${storedElementColumns} from jsonb_array_elements_text($1::jsonb) as k (key)
     join replaced_key r on r.session = $2 and r.key_hash = md5(k.key)::uuid
     join element e on e.id = r.element_id`,
    [storableJson(keys), session],
  );
  return new Map(rows.map((row) => [row.key, storedElement(row)]));
}

/** Names that a single change has removed since: an older read must not bring them back. */
export async function findRemovedSince(
  sql: Sql,
  sourceId: number,
  since: Date,
  names: readonly string[],
): Promise<Set<string>> {
  if (names.length === 0) return new Set();
  const rows = await sql.rows<{ name: string }>(
    `select name from jsonb_array_elements_text($1::jsonb) as name
     where md5(name)::uuid in (select name_hash from recent_removal where source_id = $2 and removed_at > $3)`,
    [storableJson(names), sourceId, since],
  );
  return new Set(rows.map(({ name }) => name));
}

/** Who owns an element, for the message of a conflict, and whether that is the same connector under another source. */
export interface Owner {
  readonly source: string;
  readonly isSameConnector: boolean;
}

export async function findOwners(
  sql: Sql,
  writer: { connector: string; shard: number },
  elementIds: readonly number[],
): Promise<Map<number, Owner>> {
  if (elementIds.length === 0) return new Map();
  const rows = await sql.rows<{ id: string; source: string; is_same: boolean }>(
    `select e.id, m.qualified_name as source, coalesce(s.connector = $2 and s.shard = $3, false) as is_same
     from element e join metadata_source m on m.id = e.source_id left join sweep_scope s on s.id = e.scope_id
     where e.id = any($1::bigint[])`,
    [elementIds, writer.connector, writer.shard],
  );
  return new Map(rows.map((row) => [Number(row.id), { source: row.source, isSameConnector: row.is_same }]));
}

export interface LocatorHolder {
  readonly element: StoredElement;
  /** By the owner of the element; else a reference only said so. */
  readonly isDeclared: boolean;
}

export function locatorKey({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}\n${name}`;
}

/** Who has these locators now, by `locatorKey`. */
export async function findByLocator(
  sql: Sql,
  locators: readonly { namespace: string; name: string }[],
): Promise<Map<string, LocatorHolder>> {
  if (locators.length === 0) return new Map();
  const rows = await sql.rows<StoredElementRow & { namespace: string; name: string; is_declared: boolean }>(
    `select l.namespace, l.name, l.is_declared, ${storedElementColumns}
     from locator l join element e on e.id = l.element_id
     where l.hash = any(array(select md5(key)::uuid from jsonb_array_elements_text($1::jsonb) as key))`,
    [storableJson(locators.map(locatorKey))],
  );
  return new Map(
    rows.map((row) => [locatorKey(row), { element: storedElement(row), isDeclared: row.is_declared }]),
  );
}

/** Something that may be there under another name. */
export interface Wanted {
  nth: number;
  parent_id: number;
  display_name: string;
  is_tentative: boolean;
}

/** What has the display name under the parent: for hearsay any element, for others hearsay alone. */
export async function findNamesakes(
  sql: Sql,
  wanted: readonly Wanted[],
): Promise<{ nth: number; element: StoredElement }[]> {
  const find = (some: readonly Wanted[], condition: string) =>
    some.length === 0
      ? []
      : sql.rows<StoredElementRow & { nth: number }>(
          `select w.nth, ${storedElementColumns}
           from jsonb_to_recordset($1::jsonb) as w (nth int, parent_id bigint, display_name text)
           join element e on e.parent_id = w.parent_id and ${condition} and e.display_name = w.display_name
           order by w.nth, e.id`,
          [storableJson(some)],
        );
  const [ofHearsay, ofOthers] = await Promise.all([
    find(
      wanted.filter(({ is_tentative: isTentative }) => isTentative),
      'not e.is_placeholder',
    ),
    find(
      wanted.filter(({ is_tentative: isTentative }) => !isTentative),
      'e.is_tentative',
    ),
  ]);
  return [...ofHearsay, ...ofOthers].map((row) => ({ nth: row.nth, element: storedElement(row) }));
}
