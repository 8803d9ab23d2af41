import { storableJson, type Sql } from '@idaemon/persistence';
import { findByName } from '../write/element-lookup.js';
import { resultOfUnchanged } from '../write/write-elements.js';
import type { Writer } from '../write/writer.js';

/** An entry of a batch that came without its content. */
export interface Probe {
  position: number;
  qualifiedName: string;
  hash: string;
  scopeId: number;
}

export interface Probed {
  /** Positions of the entries that differ from what is stored. */
  needed: number[];
  same: {
    id: number;
    qualifiedName: string;
    result: 'created' | 'updated' | 'unchanged';
    scopeId: number | null;
    /** The scope of its entry. */
    listedIn: number;
  }[];
}

/** Compares hashes: one statement, which reads only. */
export async function probeElements(sql: Sql, writer: Writer, probes: readonly Probe[]): Promise<Probed> {
  const stored = await findByName(
    sql,
    probes.map(({ qualifiedName }) => qualifiedName),
  );
  const probed: Probed = { needed: [], same: [] };
  for (const { position, qualifiedName, hash, scopeId: listedIn } of probes) {
    const element = stored.get(qualifiedName);
    if (element?.sourceId !== writer.source.id || element.contentHash !== hash) {
      probed.needed.push(position);
    } else {
      const { id, scopeId } = element;
      probed.same.push({ id, qualifiedName, scopeId, listedIn, result: resultOfUnchanged(element, writer) });
    }
  }
  return probed;
}

export interface Move {
  id: number;
  to: number;
}

/** Elements that are listed in another scope or shard than they were follow it, unless they are another connector's. */
export async function moveToScope(sql: Sql, { connector }: Writer, moves: readonly Move[]): Promise<void> {
  if (moves.length === 0) return;
  await sql.rows(
    `update element e set scope_id = m."to" from jsonb_to_recordset($1::jsonb) as m (id bigint, "to" int)
     where e.id = m.id and not exists (
       select from sweep_scope s where s.id = e.scope_id and s.connector <> $2 and s.shard >= 0)`,
    [storableJson(moves), connector],
  );
}
