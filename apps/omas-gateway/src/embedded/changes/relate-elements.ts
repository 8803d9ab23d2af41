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
import { changedFacets } from '../write/changed-facets.js';
import { findCrowded, findStillCrowded } from '../write/crowded-ends.js';
import { release } from '../write/placeholders.js';
import { findTargets, type Target } from '../write/reference-lookup.js';
import { deleteLinks, updateLinks, type NewLink } from '../write/relationship-rows.js';
import { ReferenceResolver } from '../write/resolve-references.js';
import { refused, type ChangeContext } from './change-context.js';
import { applyResolutions, newPlaceholder } from '../write/apply-resolutions.js';
import { findSingle, insertSingle, singleKey, type SingleLink, type StoredSingle } from './single-links.js';

export interface Relation {
  type: string;
  end1: Reference;
  end2: Reference;
  properties: Properties;
}

/** A relationship with its ends found, and its place among the changes. */
interface Link extends SingleLink {
  position: number;
  properties: Properties;
}

type NewSingle = Link & { id: number; guid: string };
type Results = Map<number, ChangeResult>;

/** Relates elements of any source; each source has its own relationship, at most one of a type between two elements. */
export async function relateElements(
  context: ChangeContext,
  relations: readonly Relation[],
): Promise<ChangeResult[]> {
  const { sql, ids, writer } = context;
  const results: Results = new Map();
  const { links, placeholders } = await findEnds(context, relations, results);
  const stored = await findSingle(sql, writer.source.id, links);
  const { fresh, changed } = compareSingles(links, stored, results);
  const newIds = await ids.relationship.take(sql, fresh.length);
  fresh.forEach((single, index) => (single.id = newIds[index] ?? NaN));
  await insertSingle(sql, writer, fresh);
  await updateLinks(sql, writer, changed);
  await refuseCrowded(context, fresh, results);
  if (hasRefused(results)) await release(sql, placeholders);
  context.feed.push(...(await changedFacets(sql, endsOfChanged(links, results))));
  return relations.map((_, position) => results.get(position) ?? { result: 'unchanged', guid: null });
}

function endsOfChanged(links: readonly Link[], results: Results): number[] {
  const changed = links.filter(({ position }) => {
    const result = results.get(position)?.result;
    return result === 'created' || result === 'updated';
  });
  return changed.flatMap(({ end1_id, end2_id }) => [end1_id, end2_id]);
}

/** From here on all ends have their ids; what cannot be an end is refused in `results`. */
export async function findEnds(
  context: ChangeContext,
  relations: readonly Relation[],
  results: Results,
): Promise<{ links: Link[]; placeholders: number[] }> {
  const found = await findTargets(
    context.sql,
    relations.flatMap(({ end1, end2 }) => [end1, end2]),
  );
  const resolver = new ReferenceResolver(found, newPlaceholder());
  const resolved = relations.map((relation) => resolveEnds(resolver, relation));
  // From here on all targets have their ids.
  const placeholders = await applyResolutions(context.sql, context.ids, context.writer, resolver);
  const links = relations.flatMap(({ type, properties }, position) => {
    const ends = resolved[position];
    if (ends instanceof IdaemonError) results.set(position, refused(ends));
    if (!ends || ends instanceof IdaemonError) return [];
    const [end1_id, end2_id] = [resolver.final(ends.target1).id, resolver.final(ends.target2).id];
    return [{ position, type, properties, end1_id, end2_id }];
  });
  return { links, placeholders };
}

function compareSingles(
  links: readonly Link[],
  stored: ReadonlyMap<string, StoredSingle>,
  results: Results,
): { fresh: NewSingle[]; changed: { id: number; properties: Properties }[] } {
  const fresh = new Map<string, NewSingle>();
  const changed = new Map<string, { id: number; properties: Properties }>();
  const nowMs = Date.now();
  for (const link of links) {
    const key = singleKey(link);
    const same = stored.get(key) ?? fresh.get(key);
    const properties = changed.get(key)?.properties ?? same?.properties;
    if (!same) {
      const single = { ...link, id: NaN, guid: newGuid(nowMs) };
      fresh.set(key, single);
      results.set(link.position, { result: 'created', guid: single.guid });
    } else if (canonicalJson(properties) === canonicalJson(link.properties)) {
      results.set(link.position, { result: 'unchanged', guid: same.guid });
    } else {
      results.set(link.position, { result: 'updated', guid: same.guid });
      const twin = fresh.get(key);
      if (twin) twin.properties = link.properties;
      else changed.set(key, { id: same.id, properties: link.properties });
    }
  }
  return { fresh: [...fresh.values()], changed: [...changed.values()] };
}

function hasRefused(results: Results): boolean {
  return [...results.values()].some(({ result }) => result === 'refused');
}

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
  results: Results,
): Promise<void> {
  // No end declares them, so both ends are looked at.
  const links = singles.map((single): NewLink => ({ ...single, declared_end: 1, via: null }));
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
