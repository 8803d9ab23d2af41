import type { MetadataSource } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';

/** The id of a metadata source, which is made when it is not there yet. */
export async function sourceId(sql: Sql, source: Required<MetadataSource>): Promise<number> {
  const parameters = [source.qualifiedName, source.displayName];
  const known = await sql.row<{ id: number; display_name: string }>(
    'select id, display_name from metadata_source where qualified_name = $1',
    [source.qualifiedName],
  );
  if (known?.display_name === source.displayName) return known.id;
  const row = await sql.row<{ id: number }>(
    `insert into metadata_source (qualified_name, display_name) values ($1, $2)
     on conflict (qualified_name) do update set display_name = excluded.display_name returning id`,
    parameters,
  );
  if (!row) throw new Error(`The metadata source ${source.qualifiedName} has no id`);
  return row.id;
}

/** As `sourceId`, but writes nothing: 0 for a source that does not exist yet. */
export async function findSource(sql: Sql, source: Required<MetadataSource>): Promise<number> {
  const known = await sql.row<{ id: number }>('select id from metadata_source where qualified_name = $1', [
    source.qualifiedName,
  ]);
  return known?.id ?? 0;
}
