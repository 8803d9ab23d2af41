import { storableJson, type Database, type Sql } from '@idaemon/persistence';
import { retriedTransaction } from '../retried-transaction.js';
import type { SyncSession, VisitedScope } from './sync-session.js';
import { findTargets } from '../write/reference-lookup.js';

const pageSize = 10_000;

/** Condition on `element e`: not written since. A single change knows better than the older read of a session. */
export function isOlderThan(parameter: string): string {
  return `(e.updated_at < ${parameter}::timestamptz
    and (e.confirmed_at is null or e.confirmed_at < ${parameter}::timestamptz))`;
}

/**
 * Finds what the session has not seen in the scopes that it has read to their end, and in those that nobody reads any
 * more, and keeps it in `sweep_candidate`. Pages of ids are compared with the bitmap: memory does not grow with them.
 * False when nothing is missing.
 */
export async function findMissing(database: Database, session: SyncSession): Promise<boolean> {
  const scopes = await sweptScopes(database, session);
  const isAnyMissing = await database.transaction(async (sql) => {
    const [, ...counts] = await Promise.all([
      sql.rows('delete from sweep_candidate where session = $1', [session.id]),
      ...scopes.map((scope) => keepMissing(sql, session, scope)),
    ]);
    return counts.some((count) => count > 0);
  });
  if (!isAnyMissing) return false;
  if (session.unreadCount > 0) await protectUnread(database, session);
  await addCascades(database, session);
  return true;
}

async function keepMissing(sql: Sql, session: SyncSession, scope: number): Promise<number> {
  let count = 0;
  for await (const ids of idsOfScope(sql, scope)) {
    count += await keepUnseen(
      sql,
      session,
      ids.map((id) => ({ id, scope_id: scope })),
    );
  }
  return count;
}

async function sweptScopes(database: Database, session: SyncSession): Promise<number[]> {
  if (session.isMostlyUnread) return [];
  const visited = [...session.scopes.values()];
  const complete = visited.filter(
    ({ id, isComplete, collection }) => id !== 0 && isComplete && !session.unreadCollections.has(collection),
  );
  return [...complete.map(({ id }) => id), ...(await orphanScopes(database, session, visited))];
}

/** After a complete refresh: scopes that refreshes of this connector have filled and that this one does not know. */
async function orphanScopes(
  database: Database,
  session: SyncSession,
  visited: readonly VisitedScope[],
): Promise<number[]> {
  if (!session.isWhole) return [];
  const { connector, shard } = session.begin.fence;
  const rows = await database.rows<{ id: number }>(
    `select id from sweep_scope where connector = $1 and shard = $2 and is_synced and id <> all($3::int[])`,
    [connector, shard, visited.map(({ id }) => id)],
  );
  return rows.map(({ id }) => id);
}

async function* idsOfScope(sql: Sql, scopeId: number): AsyncGenerator<number[]> {
  for (let after = 0; ;) {
    const rows = await sql.rows<{ id: string }>(
      'select id from element where scope_id = $1 and id > $2 order by id limit $3',
      [scopeId, after, pageSize],
    );
    const ids = rows.map(({ id }) => Number(id));
    if (ids.length > 0) yield ids;
    if (ids.length < pageSize) return;
    after = ids.at(-1) ?? after;
  }
}

async function keepUnseen(
  sql: Sql,
  session: SyncSession,
  elements: readonly { id: number; scope_id: number }[],
): Promise<number> {
  const unseen = elements.filter(({ id }) => !session.seen.has(id));
  if (unseen.length === 0) return 0;
  const rows = await sql.rows(
    `insert into sweep_candidate (session, element_id, scope_id)
     select $2, e.id, r.scope_id from jsonb_to_recordset($1::jsonb) as r (id bigint, scope_id int)
     join element e on e.id = r.id where ${isOlderThan('$3')}
     on conflict do nothing returning element_id`,
    [storableJson(unseen), session.id, session.begunAt],
  );
  return rows.length;
}

/** Nothing at, below or above what could not be read is missing. */
async function protectUnread(database: Database, session: SyncSession): Promise<void> {
  const late = await retriedTransaction(database, (sql) => findTargets(sql, session.unreadReferences));
  for (const targets of [late.byGuid, late.byLocator, late.byName]) {
    for (const { id } of targets.values()) session.unreadElements.add(id);
  }
  const { connector, shard } = session.begin.fence;
  await database.rows(
    `with recursive unread (id, parent_id) as (
       select id, parent_id from element where id = any($2::bigint[])
       union
       select e.id, e.parent_id from element e join sweep_scope s on s.id = e.scope_id
       where s.connector = $3 and s.shard = $4 and s.collection = any($5::text[])),
     below (id) as (
       select id from unread union select e.id from element e join below on e.parent_id = below.id),
     above (id) as (
       select parent_id from unread where parent_id is not null
       union select e.parent_id from element e join above on e.id = above.id where e.parent_id is not null)
     delete from sweep_candidate c where c.session = $1
       and (c.element_id in (select id from below) or c.element_id in (select id from above))`,
    [session.id, [...session.unreadElements.ids()], connector, shard, [...session.unreadCollections]],
  );
}

interface ChildRow {
  id: string;
  scope_id: number;
}

/** What is below a missing element, in whatever collection of the connector, goes with it unless it was seen. */
async function addCascades(database: Database, session: SyncSession): Promise<void> {
  const { connector, shard } = session.begin.fence;
  for (let added = 1; added > 0;) {
    added = 0;
    for (let after = 0, count = pageSize; count === pageSize;) {
      const rows = await database.rows<ChildRow>(
        `select e.id, c.scope_id from sweep_candidate c join element e on e.parent_id = c.element_id
         join element p on p.id = c.element_id and p.source_id = e.source_id
         join sweep_scope s on s.id = e.scope_id and s.connector = $2 and s.shard = $3
         where c.session = $1 and e.id > $4
           and not exists (select from sweep_candidate o where o.session = $1 and o.element_id = e.id)
         order by e.id limit $5`,
        [session.id, connector, shard, after, pageSize],
      );
      const children = rows.map(({ id, scope_id }) => ({ id: Number(id), scope_id }));
      added += await keepUnseen(database, session, children);
      count = rows.length;
      after = children.at(-1)?.id ?? after;
    }
  }
}
