import { ConfigurationError, OwnershipLostError } from '@idaemon/contracts';
import type { Database, Sql } from '@idaemon/persistence';
import { entityShards } from '../fold/entity-shard.js';

/** A part of the connector that catalogues, with the shards of entities that are its own. */
export interface Cataloguer {
  connector: string;
  shard: number;
  epoch: number;
  entityShards: readonly number[];
}

export function entityShardsOf(shard: number, shards: number): number[] {
  return Array.from({ length: entityShards }, (_, of) => of).filter((of) => of % shards === shard);
}

/** After so long without a sign of life another connector may catalogue instead. */
const absentAfter = '10 minutes';

/**
 * Takes the shards of entities at this epoch. What is catalogued is noted once, so one connector at a time does it;
 * when another one takes over, everything is to be catalogued anew.
 */
export async function claimEntities(database: Database, cataloguer: Cataloguer): Promise<void> {
  const { connector, shard, epoch, entityShards: wanted } = cataloguer;
  await database.transaction(async (sql) => {
    const before = await sql.rows<{ shard: number; connector: string; absent: boolean }>(
      `select shard, connector, seen_at < now() - interval '${absentAfter}' as absent
       from cataloguer where shard = any($1::smallint[]) order by shard for update`,
      [wanted],
    );
    const others = before.filter((row) => row.connector !== connector);
    const busy = others.find(({ absent }) => !absent);
    if (busy) throw takenBy(busy.connector, connector);
    const taken = await sql.rows(
      `insert into cataloguer as c (shard, connector, connector_shard, epoch)
       select s, $2, $3::smallint, $4::bigint from unnest($1::smallint[]) s
       on conflict (shard) do update
         set connector = excluded.connector, connector_shard = excluded.connector_shard, epoch = excluded.epoch,
             seen_at = now()
         where c.connector <> excluded.connector or c.connector_shard <> excluded.connector_shard
            or c.epoch <= excluded.epoch
       returning 1`,
      [wanted, connector, shard, epoch],
    );
    if (taken.length < wanted.length) throw await lostTo(sql, cataloguer);
    await catalogueAnew(
      sql,
      others.map((row) => row.shard),
    );
  });
}

/** Locks the shards against a newer owner until the transaction ends. */
export async function holdEntities(sql: Sql, cataloguer: Cataloguer): Promise<void> {
  const { connector, shard, epoch, entityShards: wanted } = cataloguer;
  const held = await sql.rows(
    `update cataloguer set seen_at = now()
     where shard = any($1::smallint[]) and connector = $2 and connector_shard = $3 and epoch = $4 returning 1`,
    [wanted, connector, shard, epoch],
  );
  if (held.length < wanted.length) throw await lostTo(sql, cataloguer);
}

async function catalogueAnew(sql: Sql, shards: readonly number[]): Promise<void> {
  if (shards.length === 0) return;
  for (const table of ['run', 'dataset', 'job']) {
    await sql.rows(
      `update ${table} set catalogued_version = 0, dirty_since = coalesce(dirty_since, now())
       where shard = any($1::smallint[]) and catalogued_version > 0`,
      [shards],
    );
  }
}

async function lostTo(sql: Sql, { connector, shard }: Cataloguer): Promise<OwnershipLostError> {
  const row = await sql.row<{ epoch: string | null }>(
    `select max(epoch) as epoch from cataloguer where connector = $1 and connector_shard = $2`,
    [connector, shard],
  );
  const newest = row?.epoch ?? null;
  return new OwnershipLostError(`Another instance catalogues the lineage of ${connector}`, {
    ...(newest === null ? {} : { epoch: Number(newest) }),
  });
}

function takenBy(other: string, connector: string): ConfigurationError {
  return new ConfigurationError(
    `${connector}: the lineage is catalogued by the connector ${other} already, and by one only`,
    {
      action: `Delete or stop one of the two. ${connector} may begin ten minutes after ${other} has ended; then everything is catalogued anew.`,
    },
  );
}
