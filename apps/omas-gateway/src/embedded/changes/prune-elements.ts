import type { ChangeResult, Reference } from '@idaemon/contracts';
import { storableJson } from '@idaemon/persistence';
import { findTargets } from '../write/reference-lookup.js';
import type { ChangeContext } from './change-context.js';
import { targetOf } from './find-reference.js';
import { removeWithinGuard } from './remove-singly.js';

export interface Pruning {
  collection: string;
  parent: Reference;
  keep: readonly string[];
}

/** Removes the source's own elements of a collection under each parent, but for those to keep, as the guard lets them. */
export async function pruneElements(
  context: ChangeContext,
  prunings: readonly Pruning[],
): Promise<ChangeResult[]> {
  const { sql, writer } = context;
  const found = await findTargets(
    sql,
    prunings.map(({ parent }) => parent),
  );
  const parents = prunings.map(({ parent }) => targetOf(found, parent));
  const wanted = prunings.flatMap(({ collection, keep }, nth) => {
    const parent = parents[nth];
    return parent ? [{ nth, parent_id: parent.id, collection, keep }] : [];
  });
  const surplus = await sql.rows<{ nth: number; id: string }>(
    `select p.nth, e.id from jsonb_to_recordset($1::jsonb) as p (nth int, parent_id bigint, collection text, keep jsonb)
     join element e on e.parent_id = p.parent_id and e.source_id = $2 and not p.keep ? e.qualified_name
     join sweep_scope s on s.id = e.scope_id and s.collection = p.collection and s.connector = $3`,
    [storableJson(wanted), writer.source.id, writer.connector],
  );
  const gone = await removeWithinGuard(
    context,
    surplus.map(({ id }) => ({ id: Number(id), recursive: true })),
  );
  return prunings.map((_, nth): ChangeResult => {
    const own = surplus.filter((one) => one.nth === nth);
    const guid = parents[nth]?.guid ?? null;
    if (own.length === 0) return { result: 'absent', guid };
    return { result: own.every(({ id }) => gone.has(Number(id))) ? 'removed' : 'held', guid };
  });
}
