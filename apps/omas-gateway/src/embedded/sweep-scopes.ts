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

/** As `scopeId`, but writes nothing: 0 for a scope that does not exist yet. */
export async function findScope(sql: Sql, name: ScopeName): Promise<number> {
  const known = await sql.row<{ id: number }>(
    `select id from sweep_scope
     where connector = $1 and shard = $2 and source_id = $3 and collection = $4 and scope = $5`,
    [name.connector, name.shard, name.sourceId, name.collection, name.scope],
  );
  return known?.id ?? 0;
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
