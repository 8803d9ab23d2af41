import type { Sql } from '@idaemon/persistence';
import { findByName } from '../write/element-lookup.js';
import { resultOfUnchanged } from '../write/write-elements.js';
import type { Writer } from '../write/writer.js';

/** An entry of a batch that came without its content. */
export interface Probe {
  position: number;
  qualifiedName: string;
  hash: string;
}

export interface Probed {
  /** Positions of the entries that differ from what is stored. */
  needed: number[];
  same: {
    id: number;
    qualifiedName: string;
    result: 'created' | 'updated' | 'unchanged';
    scopeId: number | null;
  }[];
}

/** Compares hashes: one statement, which reads only. */
export async function probeElements(sql: Sql, writer: Writer, probes: readonly Probe[]): Promise<Probed> {
  const stored = await findByName(
    sql,
    probes.map(({ qualifiedName }) => qualifiedName),
  );
  const probed: Probed = { needed: [], same: [] };
  for (const { position, qualifiedName, hash } of probes) {
    const element = stored.get(qualifiedName);
    if (element?.sourceId !== writer.source.id || element.contentHash !== hash) {
      probed.needed.push(position);
    } else {
      const { id, scopeId } = element;
      probed.same.push({ id, qualifiedName, scopeId, result: resultOfUnchanged(element, writer) });
    }
  }
  return probed;
}

/** Elements that are listed in another scope or shard than they were follow it, unless they are another connector's. */
export async function moveToScope(
  sql: Sql,
  { connector }: Writer,
  elementIds: readonly number[],
  scopeId: number,
): Promise<void> {
  if (elementIds.length === 0) return;
  await sql.rows(
    `update element e set scope_id = $2 where id = any($1::bigint[]) and not exists (
       select from sweep_scope s where s.id = e.scope_id and s.connector <> $3)`,
    [elementIds, scopeId, connector],
  );
}
