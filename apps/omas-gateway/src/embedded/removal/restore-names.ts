import type { Sql } from '@idaemon/persistence';
import { mergePlaceholders } from '../write/merge-elements.js';

interface DisplacedRow {
  id: string;
  is_placeholder: boolean;
  holder_id: string | null;
}

/**
 * Settles the elements whose names were taken over in a session. One that was removed while others refer to it lets
 * them go to whoever has the name now; one whose name is free again gets it back.
 */
export async function restoreNames(sql: Sql, sourceId: number): Promise<void> {
  const displaced = await sql.rows<DisplacedRow>(
    `select e.id, e.is_placeholder, h.id as holder_id from element e
     left join element h on h.name_hash = md5(e.displaced_name)::uuid
     where e.displaced_name is not null and (e.source_id = $1 or e.source_id is null) order by e.id`,
    [sourceId],
  );
  if (displaced.length === 0) return;
  const free = displaced.filter(({ holder_id }) => holder_id === null).map(({ id }) => id);
  await sql.rows(
    `update element e set qualified_name = displaced_name, displaced_name = null
     where id = any($1::bigint[]) and not exists (
       select from element o where o.displaced_name = e.displaced_name and o.id < e.id
         and o.source_id is not distinct from e.source_id)`,
    [free],
  );
  const taken = displaced.filter(({ is_placeholder, holder_id }) => is_placeholder && holder_id !== null);
  await mergePlaceholders(
    sql,
    taken.map(({ id, holder_id }) => ({ from: Number(id), to: Number(holder_id) })),
  );
}
