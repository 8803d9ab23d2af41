import type { Sql } from '@idaemon/persistence';

/** Removes the placeholders among these elements that nothing refers to any more. */
export async function dropForsakenPlaceholders(sql: Sql, elementIds: readonly number[]): Promise<void> {
  if (elementIds.length === 0) return;
  // Locked first: the second statement then sees every reference that was made before, and no new one can come.
  const locked = await sql.rows<{ id: string }>(
    'select id from element where id = any($1::bigint[]) and is_placeholder order by id for update',
    [[...new Set(elementIds)]],
  );
  if (locked.length === 0) return;
  const ids = locked.map(({ id }) => id);
  const dropped = await sql.rows<{ id: string }>(
    `delete from element e where e.id = any($1::bigint[])
       and not exists (select from relationship where end1_id = e.id)
       and not exists (select from relationship where end2_id = e.id)
       and not exists (select from classification where element_id = e.id)
     returning e.id`,
    [ids],
  );
  await sql.rows('delete from locator where element_id = any($1::bigint[])', [dropped.map(({ id }) => id)]);
}
