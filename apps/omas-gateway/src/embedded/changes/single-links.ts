import type { Properties } from '@idaemon/contracts';
import { storableJson, type Sql } from '@idaemon/persistence';
import type { Writer } from '../write/writer.js';

/** A relationship that no element declares; `via` is the hash of its group's name, of most it has none. */
export interface SingleLink {
  type: string;
  end1_id: number;
  end2_id: number;
}

export interface StoredSingle {
  id: number;
  guid: string;
  properties: Properties;
}

export function singleKey({ type, end1_id, end2_id }: SingleLink): string {
  return `${type} ${end1_id} ${end2_id}`;
}

const recordset = 'jsonb_to_recordset($1::jsonb) as r (type text, end1_id bigint, end2_id bigint)';

/** Those of a source, by `singleKey`. */
export async function findSingle(
  sql: Sql,
  sourceId: number,
  links: readonly SingleLink[],
): Promise<Map<string, StoredSingle>> {
  if (links.length === 0) return new Map();
  const rows = await sql.rows<Omit<StoredSingle, 'id'> & SingleLink & { id: string }>(
    `select l.id, l.guid, l.properties, l.type, l.end1_id, l.end2_id from ${recordset}
     join relationship l on l.end1_id = r.end1_id and l.end2_id = r.end2_id and l.type = r.type
       and l.declared_end is null and l.via is null and l.source_id = $2`,
    [storableJson(links), sourceId],
  );
  return new Map(rows.map((row) => [singleKey(row), { ...row, id: Number(row.id) }]));
}

export async function insertSingle(
  sql: Sql,
  writer: Writer,
  links: readonly (SingleLink & { id: number; guid: string; properties: Properties; via?: string })[],
): Promise<void> {
  if (links.length === 0) return;
  await sql.rows(
    `insert into relationship (id, guid, type, end1_id, end2_id, properties, via, source_id, run_id, changed_by, created_at,
       updated_at)
     select id, guid, type, end1_id, end2_id, properties, via, $2, $3, $4, now(), now()
     from jsonb_to_recordset($1::jsonb) as r (id bigint, guid uuid, type text, end1_id bigint, end2_id bigint,
       properties jsonb, via uuid)`,
    [storableJson(links), writer.source.id, writer.runId, writer.changedBy],
  );
}

/** Answers the GUIDs of those that were there, by `singleKey`. */
export async function deleteSingle(
  sql: Sql,
  sourceId: number,
  links: readonly SingleLink[],
): Promise<Map<string, string>> {
  if (links.length === 0) return new Map();
  const rows = await sql.rows<SingleLink & { guid: string }>(
    `delete from relationship l using ${recordset}
     where l.end1_id = r.end1_id and l.end2_id = r.end2_id and l.type = r.type and l.declared_end is null
       and l.via is null and l.source_id = $2
     returning l.type, l.end1_id, l.end2_id, l.guid`,
    [storableJson(links), sourceId],
  );
  return new Map(rows.map((row) => [singleKey(row), row.guid]));
}
