import { canonicalJson, type Properties } from '@idaemon/contracts';
import { relationshipTypes, isRelationshipType } from '@idaemon/open-metadata';
import { storableJson, type Sql } from '@idaemon/persistence';
import type { Writer } from './writer.js';
import { hashOf } from '../hash-of.js';

/** A relationship that an element declares, as it should be. */
export interface DeclaredLink {
  type: string;
  end1_id: number;
  end2_id: number;
  declared_end: 1 | 2;
  properties: Properties;
  /** The name or locator by which it is declared; of stored ones its hash. Null for a GUID. */
  via: string | null;
}

/** As it is. */
export interface StoredLink extends DeclaredLink {
  id: number;
}

export interface NewLink extends DeclaredLink {
  id: number;
  guid: string;
}

export interface ChangedLink {
  id: number;
  properties: Properties;
}

export interface LinkDifference {
  missing: DeclaredLink[];
  changed: ChangedLink[];
  surplus: StoredLink[];
}

export function declarerOf({ declared_end, end1_id, end2_id }: DeclaredLink): number {
  return declared_end === 1 ? end1_id : end2_id;
}

export function otherEndOf(link: DeclaredLink): number {
  return declarerOf(link) === link.end1_id ? link.end2_id : link.end1_id;
}

/**
 * The same two elements may have several relationships of some types, told apart by their properties; and each name
 * by which an element refers to another one is a relationship of its own.
 */
function linkKey(link: DeclaredLink, via: string | null): string {
  const ends = `${link.type} ${link.end1_id} ${link.end2_id} ${link.declared_end} ${via ?? ''}`;
  const facts = isRelationshipType(link.type) ? relationshipTypes[link.type] : undefined;
  return facts && 'isMultiLink' in facts ? `${ends} ${canonicalJson(link.properties)}` : ends;
}

/** Each relationship once. */
export function distinctLinks(links: readonly DeclaredLink[]): DeclaredLink[] {
  return [...new Map(links.map((link) => [linkKey(link, link.via), link])).values()];
}

export function compareLinks(wanted: readonly DeclaredLink[], stored: readonly StoredLink[]): LinkDifference {
  const difference: LinkDifference = { missing: [], changed: [], surplus: [] };
  const rest = new Map<string, StoredLink>();
  for (const link of stored) {
    const key = linkKey(link, link.via);
    if (rest.has(key)) difference.surplus.push(link);
    else rest.set(key, link);
  }
  for (const link of wanted) {
    const key = linkKey(link, link.via === null ? null : hashOf(link.via));
    const same = rest.get(key);
    rest.delete(key);
    if (!same) difference.missing.push(link);
    else if (canonicalJson(same.properties) !== canonicalJson(link.properties)) {
      difference.changed.push({ id: same.id, properties: link.properties });
    }
  }
  difference.surplus.push(...rest.values());
  return difference;
}

const linkColumns = 'id, type, end1_id, end2_id, declared_end, properties, via';
interface LinkRow extends Omit<StoredLink, 'id' | 'end1_id' | 'end2_id'> {
  id: string;
  end1_id: string;
  end2_id: string;
}

export async function findDeclaredLinks(sql: Sql, elementIds: readonly number[]): Promise<StoredLink[]> {
  if (elementIds.length === 0) return [];
  const rows = await sql.rows<LinkRow>(
    `select ${linkColumns} from relationship where end1_id = any($1::bigint[]) and declared_end = 1
     union all
     select ${linkColumns} from relationship where end2_id = any($1::bigint[]) and declared_end = 2`,
    [elementIds],
  );
  return rows.map((row) => ({
    ...row,
    id: Number(row.id),
    end1_id: Number(row.end1_id),
    end2_id: Number(row.end2_id),
  }));
}

export async function insertLinks(sql: Sql, writer: Writer, links: readonly NewLink[]): Promise<void> {
  if (links.length === 0) return;
  await sql.rows(
    `insert into relationship (id, guid, type, end1_id, end2_id, declared_end, properties, via, source_id, run_id,
       changed_by, created_at, updated_at)
     select id, guid, type, end1_id, end2_id, declared_end, properties, md5(via)::uuid, $2, $3, $4, now(), now()
     from jsonb_to_recordset($1::jsonb) as r (id bigint, guid uuid, type text, end1_id bigint, end2_id bigint,
       declared_end smallint, properties jsonb, via text)`,
    [storableJson(links), writer.source.id, writer.runId, writer.changedBy],
  );
}

export async function updateLinks(sql: Sql, writer: Writer, links: readonly ChangedLink[]): Promise<void> {
  if (links.length === 0) return;
  await sql.rows(
    `update relationship l set properties = r.properties, run_id = $2, changed_by = $3, updated_at = now()
     from jsonb_to_recordset($1::jsonb) as r (id bigint, properties jsonb) where l.id = r.id`,
    [storableJson(links), writer.runId, writer.changedBy],
  );
}

export async function deleteLinks(sql: Sql, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.rows('delete from relationship where id = any($1::bigint[])', [ids]);
}
