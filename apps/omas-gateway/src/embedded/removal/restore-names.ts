import type { Sql } from '@idaemon/persistence';
import { mergePlaceholders } from '../write/merge-elements.js';

interface DisplacedRow {
  id: string;
  is_placeholder: boolean;
  holder_id: string | null;
  is_holder_placeholder: boolean | null;
}

/**
 * Settles the elements whose names were taken over in a session. One whose name is free again gets it back. One that
 * was removed since, while others refer to it, goes on under its locator; without one its place is with whoever has
 * its name now.
 */
export async function restoreNames(sql: Sql, sourceId: number): Promise<void> {
  const [, displaced] = await Promise.all([nameByLocator(sql), findDisplaced(sql, sourceId)]);
  if (displaced.length === 0) return;
  const taken = displaced.filter(({ is_placeholder, holder_id }) => is_placeholder && holder_id !== null);
  // A placeholder under the name has waited for its element.
  const waiting = displaced.filter((one) => !one.is_placeholder && one.is_holder_placeholder);
  await mergePlaceholders(sql, [
    ...taken.map(({ id, holder_id }) => ({ from: Number(id), to: Number(holder_id) })),
    ...waiting.map(({ id, holder_id }) => ({ from: Number(holder_id), to: Number(id) })),
  ]);
  const free = displaced.filter((one) => one.holder_id === null || waiting.includes(one)).map(({ id }) => id);
  await sql.rows(
    `update element e set qualified_name = displaced_name, displaced_name = null
     where id = any($1::bigint[]) and not exists (
       select from element o where o.displaced_name = e.displaced_name and o.id < e.id
         and o.source_id is not distinct from e.source_id)`,
    [free],
  );
}

function findDisplaced(sql: Sql, sourceId: number): Promise<DisplacedRow[]> {
  return sql.rows<DisplacedRow>(
    `select e.id, e.is_placeholder, h.id as holder_id, h.is_placeholder as is_holder_placeholder from element e
     left join element h on h.name_hash = md5(e.displaced_name)::uuid
     where e.displaced_name is not null and (e.source_id = $1 or e.source_id is null) order by e.id`,
    [sourceId],
  );
}

/** Removed elements whose names others have now; those who refer to the name follow it, the rest knows the locator. */
async function nameByLocator(sql: Sql): Promise<void> {
  await sql.rows(
    `update element e set displaced_name = (
       select min(namespace || '::' || name) from locator where element_id = e.id)
     where e.displaced_name is not null and e.is_placeholder
       and exists (select from locator where element_id = e.id)
       and exists (select from element h where h.name_hash = md5(e.displaced_name)::uuid)`,
  );
}
