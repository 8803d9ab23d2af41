import type { Database, Sql } from '@idaemon/persistence';
import { retriedTransaction } from '../retried-transaction.js';

const batchSize = 1_000;

/** Elements that lose a reference in this transaction: a placeholder that nothing refers to any more goes after it. */
export async function release(sql: Sql, elementIds: readonly number[]): Promise<void> {
  if (elementIds.length === 0) return;
  await sql.rows('insert into released_element (element_id) select unnest($1::bigint[])', [
    [...new Set(elementIds)],
  ]);
}

/**
 * Commits what writes to the graph, then removes the placeholders that it has left alone. That takes transactions of
 * its own: two writers who each keep what the other one releases would lock each other out. What a crash leaves is
 * done by whoever writes next.
 */
export async function writeTransaction<T>(database: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  const result = await retriedTransaction(database, work);
  await dropForsaken(database).catch(() => undefined);
  return result;
}

async function dropForsaken(database: Database): Promise<void> {
  const waiting = await database.row('select from released_element limit 1');
  if (!waiting) return;
  for (let count = batchSize; count === batchSize;) {
    count = await retriedTransaction(database, dropSome);
  }
}

async function dropSome(sql: Sql): Promise<number> {
  const released = await sql.rows<{ element_id: string }>(
    `delete from released_element
     where ctid = any(array(select ctid from released_element limit $1)) returning element_id`,
    [batchSize],
  );
  const ids = [...new Set(released.map(({ element_id }) => element_id))];
  // Locked first: the next statement then sees every reference that was made before, and no new one can come.
  await sql.rows('select id from element where id = any($1::bigint[]) order by id for update', [ids]);
  const dropped = await sql.rows<{ id: string }>(
    `delete from element e where e.id = any($1::bigint[]) and e.is_placeholder
       and not exists (select from relationship where end1_id = e.id)
       and not exists (select from relationship where end2_id = e.id)
       and not exists (select from classification where element_id = e.id)
     returning e.id`,
    [ids],
  );
  await sql.rows('delete from locator where element_id = any($1::bigint[])', [dropped.map(({ id }) => id)]);
  return released.length;
}
