import type { Reference } from '@idaemon/contracts';
import { storableJson, type Sql } from '@idaemon/persistence';
import { StaleReadError } from '../retried-transaction.js';
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

/**
 * What the references name, one object per element. The elements stay locked against removal until the transaction
 * ends; they are locked in one order, so that writers who refer to each other's elements wait but do not get stuck.
 */
export async function findTargets(sql: Sql, references: readonly Reference[]): Promise<FoundTargets> {
  const [names, locators, guids] = await Promise.all([
    findIdsByName(sql, references),
    findIdsByLocator(sql, references),
    findIdsByGuid(sql, references),
  ]);
  const targets = await lockTargets(sql, [...names.values(), ...locators.values(), ...guids.values()]);
  const found: FoundTargets = { byGuid: new Map(), byName: new Map(), byLocator: new Map() };
  const collect = (into: Map<string, Target>, ids: ReadonlyMap<string, number>) => {
    for (const [key, id] of ids) {
      const target = targets.get(id);
      if (target) into.set(key, target);
    }
  };
  collect(found.byName, names);
  collect(found.byLocator, locators);
  collect(found.byGuid, guids);
  for (const [name, { qualifiedName }] of found.byName) {
    if (name !== qualifiedName) throw new StaleReadError('An element was renamed meanwhile');
  }
  return found;
}

async function lockTargets(sql: Sql, ids: readonly number[]): Promise<Map<number, Target>> {
  const distinct = [...new Set(ids)];
  if (distinct.length === 0) return new Map();
  const rows = await sql.rows<TargetRow>(
    `select id, guid, is_placeholder, type, qualified_name from element
     where id = any($1::bigint[]) order by id for key share`,
    [distinct],
  );
  if (rows.length !== distinct.length) throw new StaleReadError('An element was removed meanwhile');
  return new Map(
    rows.map((row) => [
      Number(row.id),
      {
        id: Number(row.id),
        guid: row.guid,
        isPlaceholder: row.is_placeholder,
        type: row.type,
        qualifiedName: row.qualified_name,
      },
    ]),
  );
}

/** The name of a placeholder of which only a locator is known. */
export function nameOfLocator({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}::${name}`;
}

interface IdRow {
  key: string;
  id: string;
}

type Ids = Map<string, number>;

function idsBy(rows: readonly IdRow[]): Ids {
  return new Map(rows.map(({ key, id }) => [key, Number(id)]));
}

async function findIdsByName(sql: Sql, references: readonly Reference[]): Promise<Ids> {
  const names = new Set<string>();
  for (const { qualifiedName, locator } of references) {
    if (qualifiedName) names.add(qualifiedName);
    else if (locator) names.add(nameOfLocator(locator));
  }
  if (names.size === 0) return new Map();
  const rows = await sql.rows<IdRow>(
    `select qualified_name as key, id from element
     where name_hash = any(array(select md5(name)::uuid from jsonb_array_elements_text($1::jsonb) as name))`,
    [storableJson([...names])],
  );
  return idsBy(rows);
}

async function findIdsByLocator(sql: Sql, references: readonly Reference[]): Promise<Ids> {
  const keys = new Set(references.flatMap(({ locator }) => (locator ? [locatorKey(locator)] : [])));
  if (keys.size === 0) return new Map();
  const rows = await sql.rows<IdRow>(
    `select namespace || chr(10) || name as key, element_id as id from locator
     where hash = any(array(select md5(key)::uuid from jsonb_array_elements_text($1::jsonb) as key))`,
    [storableJson([...keys])],
  );
  return idsBy(rows);
}

async function findIdsByGuid(sql: Sql, references: readonly Reference[]): Promise<Ids> {
  const guids = [...new Set(references.flatMap(({ guid }) => guid ?? []))];
  if (guids.length === 0) return new Map();
  return idsBy(
    await sql.rows<IdRow>('select guid as key, id from element where guid = any($1::uuid[])', [guids]),
  );
}
