import {
  canonicalJson,
  ConflictError,
  IdaemonError,
  InvalidMetadataError,
  type ChangeResult,
  type Properties,
  type Reference,
} from '@idaemon/contracts';
import { checkRelationship, relationshipEnds } from '@idaemon/open-metadata';
import { newGuid } from '../guid.js';
import { findCrowded, findStillCrowded } from '../write/crowded-ends.js';
import { dropForsakenPlaceholders } from '../write/placeholders.js';
import { findTargets, type Target } from '../write/reference-lookup.js';
import { deleteLinks, updateLinks, type NewLink } from '../write/relationship-rows.js';
import { ReferenceResolver } from '../write/resolve-references.js';
import { refused, type ChangeContext } from './change-context.js';
import { applyResolutions, newPlaceholder } from './resolve-ends.js';
import { findSingle, insertSingle, singleKey } from './single-links.js';

export interface Relation {
  type: string;
  end1: Reference;
  end2: Reference;
  properties: Properties;
}

interface Resolved extends Relation {
  position: number;
  target1: Target;
  target2: Target;
}

/** Relates elements of any source; each source has its own relationship, at most one of a type between two elements. */
export async function relateElements(
  context: ChangeContext,
  relations: readonly Relation[],
): Promise<ChangeResult[]> {
  const { sql, writer } = context;
  const results = new Map<number, ChangeResult>();
  const found = await findTargets(
    sql,
    relations.flatMap(({ end1, end2 }) => [end1, end2]),
  );
  const resolver = new ReferenceResolver(found, newPlaceholder());
  const resolved: Resolved[] = [];
  for (const [position, relation] of relations.entries()) {
    const ends = resolveEnds(resolver, relation);
    if (ends instanceof IdaemonError) results.set(position, refused(ends));
    else resolved.push({ ...relation, position, ...ends });
  }
  const placeholders = await applyResolutions(context, resolver);
  const links = resolved.map(({ target1, target2, ...link }) => ({
    ...link,
    end1_id: resolver.final(target1).id,
    end2_id: resolver.final(target2).id,
  }));
  const stored = await findSingle(sql, writer.source.id, links);
  const fresh = new Map<string, NewSingle>();
  const changed = new Map<number, Properties>();
  const nowMs = Date.now();
  for (const link of links) {
    const same = stored.get(singleKey(link));
    const twin = fresh.get(singleKey(link));
    if (same) {
      const isSame =
        canonicalJson(changed.get(same.id) ?? same.properties) === canonicalJson(link.properties);
      if (!isSame) changed.set(same.id, link.properties);
      results.set(link.position, { result: isSame ? 'unchanged' : 'updated', guid: same.guid });
    } else if (twin) {
      twin.properties = link.properties;
      results.set(link.position, { result: 'updated', guid: twin.guid });
    } else {
      const guid = newGuid(nowMs);
      fresh.set(singleKey(link), { ...link, guid, id: NaN });
      results.set(link.position, { result: 'created', guid });
    }
  }
  const singles = [...fresh.values()];
  const newIds = await context.ids.relationship.take(sql, singles.length);
  singles.forEach((single, index) => (single.id = newIds[index] ?? NaN));
  await insertSingle(sql, writer, singles);
  await updateLinks(
    sql,
    writer,
    [...changed].map(([id, properties]) => ({ id, properties })),
  );
  await refuseCrowded(context, singles, results);
  await dropForsakenPlaceholders(sql, placeholders);
  return relations.map((_, position) => results.get(position) ?? { result: 'unchanged', guid: null });
}

type NewSingle = Omit<NewLink, 'declared_end'> & { position: number };

function resolveEnds(
  resolver: ReferenceResolver,
  { type, end1, end2, properties }: Relation,
): { target1: Target; target2: Target } | IdaemonError {
  const ends = relationshipEnds(type);
  const target1 = resolver.resolve(end1, ends?.[0].type ?? end1.type);
  if (target1 instanceof IdaemonError) return target1;
  const target2 = resolver.resolve(end2, ends?.[1].type ?? end2.type);
  if (target2 instanceof IdaemonError) return target2;
  const findings = checkRelationship({ type, end1Type: target1.type, end2Type: target2.type, properties });
  const [first] = findings;
  if (!first) return { target1, target2 };
  const message = `${type} of ${target1.qualifiedName} and ${target2.qualifiedName}: ${first.message}`;
  return new InvalidMetadataError(message, { errors: findings });
}

async function refuseCrowded(
  { sql }: ChangeContext,
  singles: readonly NewSingle[],
  results: Map<number, ChangeResult>,
): Promise<void> {
  // No end declares them, so both ends are looked at.
  const links = singles.map((single): NewLink => ({ ...single, declared_end: 1 }));
  const crowded = await findStillCrowded(sql, await findCrowded(sql, links, new Set()));
  for (const { id, reason } of crowded) {
    const single = singles.find((one) => one.id === id);
    if (single)
      results.set(single.position, refused(new ConflictError(`${single.type} is refused: ${reason}`)));
  }
  await deleteLinks(
    sql,
    crowded.map(({ id }) => id),
  );
}
