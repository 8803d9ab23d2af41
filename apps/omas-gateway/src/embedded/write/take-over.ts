import type { Sql } from '@idaemon/persistence';
import type { Writer } from './writer.js';

/** A connector goes on under another metadata source: what its elements declare changes hands with them. */
export async function takeOverFacets(
  sql: Sql,
  { source }: Writer,
  elementIds: readonly number[],
): Promise<void> {
  if (elementIds.length === 0) return;
  const parameters = [elementIds, source.id];
  await sql.rows(
    'update relationship set source_id = $2 where end1_id = any($1::bigint[]) and declared_end = 1',
    parameters,
  );
  await sql.rows(
    'update relationship set source_id = $2 where end2_id = any($1::bigint[]) and declared_end = 2',
    parameters,
  );
  await sql.rows(
    `update classification c set source_id = $2 where element_id = any($1::bigint[]) and is_declared
       and not exists (select from classification o
         where o.element_id = c.element_id and o.name = c.name and o.source_id = $2)`,
    parameters,
  );
}
