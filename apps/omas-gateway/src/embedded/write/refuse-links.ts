import { InvalidMetadataError } from '@idaemon/contracts';
import { checkRelationship } from '@idaemon/open-metadata';
import type { Sql } from '@idaemon/persistence';
import { recordDeadLetters, type Refused } from './dead-letters.js';
import type { Writer } from './writer.js';

interface RefusedRow {
  id: string;
  type: string;
  element_id: string | null;
  element_type: string | null;
  qualified_name: string | null;
  other_name: string;
  source_id: number | null;
  connector: string | null;
  shard: number | null;
  collection: string | null;
  scope: string | null;
}

/**
 * Takes relationships away that turned out to be wrong. The elements that declare them become dead letters and lose
 * their content hash, so that the next refresh sends them again. Answers their names.
 */
export async function refuseLinks(
  sql: Sql,
  writer: Writer,
  links: readonly { id: number; reason: string }[],
): Promise<Map<string, InvalidMetadataError>> {
  if (links.length === 0) return new Map();
  const reasons = new Map(links.map(({ id, reason }) => [id, reason]));
  const ids = [...reasons.keys()];
  const rows = await sql.rows<RefusedRow>(
    `select l.id, l.type, d.id as element_id, d.type as element_type, d.qualified_name, d.source_id,
       o.qualified_name as other_name, s.connector, s.shard, s.collection, s.scope
     from relationship l
     left join element d on d.id = case l.declared_end when 1 then l.end1_id when 2 then l.end2_id end
     join element o on o.id = case when l.declared_end = 1 then l.end2_id else l.end1_id end
     left join sweep_scope s on s.id = d.scope_id and s.shard >= 0 where l.id = any($1::bigint[])`,
    [ids],
  );
  const refused = rows.flatMap((row) => refusedOf(row, reasons.get(Number(row.id)) ?? ''));
  await recordDeadLetters(sql, writer, refused);
  await sql.rows(
    `update element e set content_hash = null,
       parent_id = case when e.parent_id in (l.end1_id, l.end2_id) then null else e.parent_id end
     from relationship l where l.id = any($1::bigint[])
       and e.id = case l.declared_end when 1 then l.end1_id when 2 then l.end2_id end`,
    [ids],
  );
  await sql.rows('delete from relationship where id = any($1::bigint[])', [ids]);
  return new Map(refused.map(({ qualifiedName, error }) => [qualifiedName, error]));
}

function refusedOf(row: RefusedRow, reason: string): (Refused & { error: InvalidMetadataError })[] {
  const { element_type: type, qualified_name: qualifiedName, connector, shard, source_id } = row;
  if (!type || !qualifiedName || source_id === null) return [];
  const error = new InvalidMetadataError(
    `${type} ${qualifiedName}: its ${row.type} to ${row.other_name} is refused: ${reason}`,
  );
  return [
    {
      type,
      qualifiedName,
      error,
      element: null,
      collection: row.collection ?? '',
      scope: row.scope ?? '',
      ...(connector !== null && shard !== null ? { owner: { connector, shard, source_id } } : {}),
    },
  ];
}

interface EndsRow {
  id: string;
  type: string;
  end1_type: string;
  end2_type: string;
}

/** Refuses what does not fit any more since these elements have another type than was thought. */
export async function dropUnfitLinks(sql: Sql, writer: Writer, elementIds: readonly number[]): Promise<void> {
  if (elementIds.length === 0) return;
  const rows = await sql.rows<EndsRow>(
    `select l.id, l.type, a.type as end1_type, b.type as end2_type
     from (select * from relationship where end1_id = any($1::bigint[])
       union select * from relationship where end2_id = any($1::bigint[])) l
     join element a on a.id = l.end1_id join element b on b.id = l.end2_id`,
    [elementIds],
  );
  const unfit = rows.flatMap((row) => {
    const [finding] = checkRelationship({ type: row.type, end1Type: row.end1_type, end2Type: row.end2_type });
    return finding ? [{ id: Number(row.id), reason: finding.message }] : [];
  });
  await refuseLinks(sql, writer, unfit);
}
