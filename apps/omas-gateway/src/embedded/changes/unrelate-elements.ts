import type { ChangeResult, Reference } from '@idaemon/contracts';
import { changedFacets } from '../write/changed-facets.js';
import { release } from '../write/placeholders.js';
import { findTargets } from '../write/reference-lookup.js';
import type { ChangeContext } from './change-context.js';
import { targetOf } from './find-reference.js';
import { deleteSingle, singleKey } from './single-links.js';

export interface Unrelation {
  type: string;
  end1: Reference;
  end2: Reference;
}

/** Takes away the source's own relationships; those that an element declares go with its content only. */
export async function unrelateElements(
  { sql, writer, feed }: ChangeContext,
  unrelations: readonly Unrelation[],
): Promise<ChangeResult[]> {
  const found = await findTargets(
    sql,
    unrelations.flatMap(({ end1, end2 }) => [end1, end2]),
  );
  const links = unrelations.map(({ type, end1, end2 }) => {
    const [first, second] = [targetOf(found, end1), targetOf(found, end2)];
    return first && second ? { type, end1_id: first.id, end2_id: second.id } : undefined;
  });
  const present = links.filter((link) => link !== undefined);
  const deleted = await deleteSingle(sql, writer.source.id, present);
  await release(
    sql,
    present.flatMap(({ end1_id, end2_id }) => [end1_id, end2_id]),
  );
  const gone = present.filter((link) => deleted.has(singleKey(link)));
  feed.push(
    ...(await changedFacets(
      sql,
      gone.flatMap(({ end1_id, end2_id }) => [end1_id, end2_id]),
    )),
  );
  return links.map((link): ChangeResult => {
    const guid = link && deleted.get(singleKey(link));
    return guid ? { result: 'removed', guid } : { result: 'absent', guid: null };
  });
}
