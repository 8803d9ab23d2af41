import type { Reference } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import { locatorKey } from './element-lookup.js';

/** An element that something refers to. */
export interface Target {
  /** Given late to placeholders, when it is clear how many there are. */
  id: number;
  readonly guid: string;
  readonly isPlaceholder: boolean;
  /** More special than the stored type when a placeholder is narrowed. */
  type: string;
  qualifiedName: string;
}

export interface FoundTargets {
  readonly byGuid: Map<string, Target>;
  readonly byName: Map<string, Target>;
  readonly byLocator: Map<string, Target>;
}

interface TargetRow {
  id: string;
  guid: string;
  is_placeholder: boolean;
  type: string;
  qualified_name: string;
}

const columns = 'e.id, e.guid, e.is_placeholder, e.type, e.qualified_name';

/**
 * What the references name, one object per element. The elements stay locked against removal until the transaction
 * ends.
 */
export async function findTargets(sql: Sql, references: readonly Reference[]): Promise<FoundTargets> {
  const targets = new Map<number, Target>();
  const target = (row: TargetRow): Target => {
    const known = targets.get(Number(row.id)) ?? {
      id: Number(row.id),
      guid: row.guid,
      isPlaceholder: row.is_placeholder,
      type: row.type,
      qualifiedName: row.qualified_name,
    };
    targets.set(known.id, known);
    return known;
  };
  const byLocator = await lockByLocator(sql, references);
  const byName = await lockByName(sql, references);
  const byGuid = await lockByGuid(sql, references);
  return {
    byLocator: new Map(byLocator.map((row) => [locatorKey(row), target(row)])),
    byName: new Map(byName.map((row) => [row.qualified_name, target(row)])),
    byGuid: new Map(byGuid.map((row) => [row.guid, target(row)])),
  };
}

/** The name of a placeholder of which only a locator is known. */
export function nameOfLocator({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}::${name}`;
}

async function lockByName(sql: Sql, references: readonly Reference[]): Promise<TargetRow[]> {
  const names = new Set<string>();
  for (const { qualifiedName, locator } of references) {
    if (qualifiedName) names.add(qualifiedName);
    else if (locator) names.add(nameOfLocator(locator));
  }
  if (names.size === 0) return [];
  return sql.rows<TargetRow>(
    `select ${columns} from element e
     where e.name_hash = any(array(select md5(name)::uuid from jsonb_array_elements_text($1::jsonb) as name))
     order by e.id for key share of e`,
    [JSON.stringify([...names])],
  );
}

async function lockByLocator(
  sql: Sql,
  references: readonly Reference[],
): Promise<(TargetRow & { namespace: string; name: string })[]> {
  const keys = new Set(references.flatMap(({ locator }) => (locator ? [locatorKey(locator)] : [])));
  if (keys.size === 0) return [];
  return sql.rows(
    `select ${columns}, l.namespace, l.name from locator l join element e on e.id = l.element_id
     where l.hash = any(array(select md5(key)::uuid from jsonb_array_elements_text($1::jsonb) as key))
     order by e.id for key share of e`,
    [JSON.stringify([...keys])],
  );
}

async function lockByGuid(sql: Sql, references: readonly Reference[]): Promise<TargetRow[]> {
  const guids = [...new Set(references.flatMap(({ guid }) => guid ?? []))];
  if (guids.length === 0) return [];
  return sql.rows<TargetRow>(
    `select ${columns} from element e where e.guid = any($1::uuid[]) order by e.id for key share of e`,
    [guids],
  );
}
