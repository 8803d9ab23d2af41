import {
  canonicalJson,
  maxGroupParts,
  type ChangeResult,
  type Properties,
  type Reference,
} from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import { hashOf } from '../hash-of.js';
import { newGuid } from '../guid.js';
import { changedFacets } from '../write/changed-facets.js';
import { release } from '../write/placeholders.js';
import { deleteLinks, updateLinks } from '../write/relationship-rows.js';
import type { ChangeContext } from './change-context.js';
import { findEnds } from './relate-elements.js';
import { insertSingle, type SingleLink } from './single-links.js';

export interface Group {
  type: string;
  group: string;
  part?: { index: number; count: number };
  links: readonly { end1: Reference; end2: Reference; properties?: Properties }[];
}

interface GroupLink extends SingleLink {
  /** The hash of the group's name. */
  via: string;
  properties: Properties;
}

interface StoredGroupLink extends GroupLink {
  id: number;
}

/**
 * Makes the source's relationships of each group equal to what is given, a statement per table for all groups. What
 * cannot be related is left out, and the result says why; the others of its group are written.
 */
export async function relateAll(context: ChangeContext, groups: readonly Group[]): Promise<ChangeResult[]> {
  const { sql, ids, writer } = context;
  const vias = groups.map(ownViaOf);
  const given = groups.flatMap(({ type, links }, nth) =>
    links.map(({ end1, end2, properties = {} }) => ({ nth, type, end1, end2, properties })),
  );
  const refusals = new Map<number, ChangeResult>();
  const { links } = await findEnds(context, given, refusals);
  const wanted = new Map<string, GroupLink>();
  for (const { position, ...link } of links) {
    const via = vias[given[position]?.nth ?? 0] ?? '';
    wanted.set(keyOf({ ...link, via }), { ...link, via });
  }
  const ended = groups.flatMap(endedViasOf);
  const stored = await findGroupLinks(sql, writer.source.id, [...vias, ...ended]);
  const same = new Map(stored.map((link) => [keyOf(link), link]));
  const fresh = [...wanted].flatMap(([key, link]) => (same.has(key) ? [] : [link]));
  const changed = [...wanted].flatMap(([key, { properties, via }]) => {
    const before = same.get(key);
    const isSame = !before || canonicalJson(before.properties) === canonicalJson(properties);
    return isSame ? [] : [{ ...before, properties, via }];
  });
  const surplus = stored.filter((link) => !wanted.has(keyOf(link)));
  const newIds = await ids.relationship.take(sql, fresh.length);
  const nowMs = Date.now();
  await insertSingle(
    sql,
    writer,
    fresh.map((link, index) => ({ ...link, id: newIds[index] ?? NaN, guid: newGuid(nowMs) })),
  );
  await updateLinks(sql, writer, changed);
  await deleteLinks(
    sql,
    surplus.map(({ id }) => id),
  );
  await release(sql, surplus.flatMap(endsOf));
  const touched = [...fresh, ...changed, ...surplus];
  context.feed.push(...(await changedFacets(sql, touched.flatMap(endsOf))));
  const isTouched = new Set(touched.map(({ via }) => via));
  const refusedOf = new Map([...refusals].map(([position, result]) => [given[position]?.nth, result]));
  return groups.map(
    (_, nth): ChangeResult =>
      refusedOf.get(nth) ?? { result: isTouched.has(vias[nth] ?? '') ? 'updated' : 'unchanged', guid: null },
  );
}

function viaOf({ type, group }: Pick<Group, 'type' | 'group'>, index: number): string {
  return hashOf(`${type}\n${group}\n${index}`);
}

function ownViaOf(group: Group): string {
  return viaOf(group, group.part?.index ?? 0);
}

/** Of parts that the group had when it was longer. */
function endedViasOf(group: Group): string[] {
  const { index, count } = group.part ?? { index: 0, count: 1 };
  if (index > 0) return [];
  return Array.from({ length: maxGroupParts - count }, (_, nth) => viaOf(group, count + nth));
}

function keyOf({ via, type, end1_id, end2_id }: GroupLink): string {
  return `${via} ${type} ${end1_id} ${end2_id}`;
}

function endsOf({ end1_id, end2_id }: GroupLink): number[] {
  return [end1_id, end2_id];
}

async function findGroupLinks(
  sql: Sql,
  sourceId: number,
  vias: readonly string[],
): Promise<StoredGroupLink[]> {
  const rows = await sql.rows<
    Omit<StoredGroupLink, 'id' | 'end1_id' | 'end2_id'> & Record<'id' | 'end1_id' | 'end2_id', string>
  >(
    `select id, type, end1_id, end2_id, via, properties from relationship
     where via = any($1::uuid[]) and declared_end is null and source_id = $2`,
    [vias, sourceId],
  );
  return rows.map((row) => ({
    ...row,
    id: Number(row.id),
    end1_id: Number(row.end1_id),
    end2_id: Number(row.end2_id),
  }));
}
