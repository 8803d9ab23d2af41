import type { Sql } from '@idaemon/persistence';

export interface ScopeName {
  connector: string;
  shard: number;
  sourceId: number;
  collection: string;
  scope: string;
}

/**
 * The id of a sweep scope, which is made when it is not there yet. `isSynced`: a refresh fills it, so that it is an
 * orphan when a later refresh does not know it any more.
 */
export async function scopeId(sql: Sql, name: ScopeName, isSynced: boolean): Promise<number> {
  const parameters = [name.connector, name.shard, name.sourceId, name.collection, name.scope];
  const known = await sql.row<{ id: number; is_synced: boolean }>(
    `select id, is_synced from sweep_scope
     where connector = $1 and shard = $2 and source_id = $3 and collection = $4 and scope = $5`,
    parameters,
  );
  if (known && (known.is_synced || !isSynced)) return known.id;
  const row = await sql.row<{ id: number }>(
    `insert into sweep_scope (connector, shard, source_id, collection, scope, is_synced)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (connector, shard, source_id, collection, scope)
     do update set is_synced = sweep_scope.is_synced or excluded.is_synced returning id`,
    [...parameters, isSynced],
  );
  if (!row) throw new Error(`The scope ${name.scope} of ${name.collection} has no id`);
  return row.id;
}

export type ScopesName = Omit<ScopeName, 'collection'> & { collections: readonly string[] };
type ScopeRow = { collection: string; id: number; is_synced: boolean };

/** The scopes of that name that are there, by collection. Writes nothing. */
export async function findScopes(sql: Sql, name: ScopesName): Promise<Map<string, number>> {
  return idsOf(await scopeRows(sql, name));
}

/** As `findScopes`, for a refresh that has come to their end: from now on it is refreshes that fill them. */
export async function endedScopes(sql: Sql, name: ScopesName): Promise<Map<string, number>> {
  const known = await scopeRows(sql, name);
  const unsynced = known.filter(({ is_synced }) => !is_synced).map(({ collection }) => collection);
  await makeScopes(sql, { ...name, collections: unsynced });
  return idsOf(known);
}

/** The scopes of that name, by collection, which a refresh fills; made when they are not there. */
export async function filledScopes(sql: Sql, name: ScopesName): Promise<Map<string, number>> {
  const known = idsOf((await scopeRows(sql, name)).filter(({ is_synced }) => is_synced));
  const missing = name.collections.filter((collection) => !known.has(collection));
  const made = await makeScopes(sql, { ...name, collections: missing });
  return new Map([...known, ...idsOf(made)]);
}

function scopeRows(sql: Sql, name: ScopesName): Promise<ScopeRow[]> {
  return sql.rows<ScopeRow>(
    `select collection, id, is_synced from sweep_scope
     where connector = $1 and shard = $2 and source_id = $3 and scope = $4 and collection = any($5::text[])`,
    [name.connector, name.shard, name.sourceId, name.scope, name.collections],
  );
}

/** In one order: others may make the same ones. */
async function makeScopes(sql: Sql, name: ScopesName): Promise<ScopeRow[]> {
  if (name.collections.length === 0) return [];
  return sql.rows<ScopeRow>(
    `insert into sweep_scope (connector, shard, source_id, scope, collection, is_synced)
     select $1, $2, $3, $4, collection, true from unnest($5::text[]) as collection
     on conflict (connector, shard, source_id, collection, scope) do update set is_synced = true
     returning collection, id, is_synced`,
    [name.connector, name.shard, name.sourceId, name.scope, [...name.collections].sort()],
  );
}

function idsOf(rows: readonly ScopeRow[]): Map<string, number> {
  return new Map(rows.map(({ collection, id }) => [collection, id]));
}

/**
 * The scopes of a connector that was deleted and whose elements stay: nothing is swept by them any more, whoever names
 * such an element under the same source adopts it, and a later removal finds them. Their shards are counted from -1
 * downwards, so that no running shard has them.
 */
export async function leaveScopes(sql: Sql, connector: string): Promise<void> {
  // A connector of this name may have been deleted before.
  await sql.rows(
    `update element e set scope_id = l.id from sweep_scope s join sweep_scope l
       on l.connector = s.connector and l.shard = -1 - s.shard and l.source_id = s.source_id
         and l.collection = s.collection and l.scope = s.scope
     where s.connector = $1 and s.shard >= 0 and e.scope_id = s.id`,
    [connector],
  );
  await sql.rows(
    `delete from sweep_scope s where connector = $1
       and not exists (select from element e where e.scope_id = s.id)`,
    [connector],
  );
  await sql.rows('update sweep_scope set shard = -1 - shard where connector = $1 and shard >= 0', [
    connector,
  ]);
}
