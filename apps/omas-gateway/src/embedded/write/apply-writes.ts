import { storableJson, type Sql } from '@idaemon/persistence';
import { newGuid } from '../guid.js';
import { changedFacets } from './changed-facets.js';
import { findCrowded } from './crowded-ends.js';
import {
  freeKeys,
  freeNames,
  insertElements,
  keepVersions,
  refinePlaceholders,
  updateElements,
  type ElementRow,
} from './element-rows.js';
import {
  deleteLocatorsExcept,
  insertClassifications,
  insertLocators,
  moveLocators,
  replaceClassifications,
} from './facet-rows.js';
import type { FeedEntry } from './feed.js';
import { followReferences, type GivenUp } from './follow-references.js';
import type { InsertMatch, UpdateMatch } from './match-elements.js';
import type { LinkedWrite, Writes } from './link-writes.js';
import { mergePlaceholders, splitElements } from './merge-elements.js';
import { dropUnfitLinks } from './refuse-links.js';
import { release } from './placeholders.js';
import {
  compareLinks,
  declarerOf,
  otherEndOf,
  deleteLinks,
  findDeclaredLinks,
  insertLinks,
  updateLinks,
  type DeclaredLink,
  type NewLink,
} from './relationship-rows.js';
import { takeOverFacets } from './take-over.js';
import type { Ids } from './write-elements.js';
import type { Writer } from './writer.js';

type Insert = LinkedWrite & { match: InsertMatch };
type Update = LinkedWrite & { match: UpdateMatch };

export interface Applied {
  feed: FeedEntry[];
  crowded: number[];
  split: number[];
}

/** Writes what was decided, table by table; names and keys become free before others take them. */
export async function applyWrites(sql: Sql, ids: Ids, writer: Writer, writes: Writes): Promise<Applied> {
  const inserts = writes.elements.filter((write): write is Insert => write.match.kind === 'insert');
  const updates = writes.elements.filter((write): write is Update => write.match.kind === 'update');
  await keepVersions(
    sql,
    writer,
    updates.map(({ id }) => id),
  );
  await makeRoom(sql, writer, updates);
  await mergePlaceholders(sql, writes.merges);
  await refinePlaceholders(sql, writes.refined);
  await takeOverFacets(
    sql,
    writer,
    updates.filter(({ match }) => isTakenOver(match, writer)).map(({ id }) => id),
  );
  const [, , { crowded, others }, dropped] = await Promise.all([
    insertElements(sql, writer, inserts.map(rowOf), writes.placeholders),
    updateElements(sql, writer, updates.map(updateOf)),
    writeLinks(sql, ids, writer, inserts, updates),
    writeFacets(sql, writer, writes, inserts, updates),
  ]);
  await followReferences(sql, ids, writer, [...namesGivenUp(updates), ...locatorsGivenUp(writes, dropped)]);
  await dropUnfitLinks(sql, writer, [
    ...updates.filter(hasOtherType).map(({ id }) => id),
    ...writes.merges.map(({ to }) => to),
  ]);
  return {
    feed: [
      ...writes.elements.flatMap(feedOf),
      ...updates.flatMap(removedWith),
      ...(await changedFacets(sql, others)),
    ],
    crowded,
    split: updates.flatMap(({ split }) => split?.id ?? []),
  };
}

async function makeRoom(sql: Sql, writer: Writer, updates: readonly Update[]): Promise<void> {
  const renamed = updates.filter(
    ({ match }) => match.stored.qualifiedName !== match.incoming.element.qualifiedName,
  );
  const displaced = updates.flatMap(({ match }) => match.displaces?.id ?? []);
  await freeNames(sql, [...renamed.map(({ id }) => id), ...displaced]);
  const rekeyed = updates.filter(
    ({ match }) => match.stored.sourceKey && match.stored.sourceKey !== match.sourceKey,
  );
  await freeKeys(
    sql,
    rekeyed.map(({ id }) => id),
  );
  await rememberReplacedKeys(sql, writer, updates);
  await splitElements(
    sql,
    updates.flatMap(({ match, id, split }) =>
      split ? { from: id, to: split.id, guid: split.guid, source_key: match.stored.sourceKey } : [],
    ),
  );
}

async function rememberReplacedKeys(
  sql: Sql,
  { session }: Writer,
  updates: readonly Update[],
): Promise<void> {
  const replaced = updates.flatMap(({ match, id }) =>
    match.replacesKey ? { key: match.replacesKey, id } : [],
  );
  if (!session || replaced.length === 0) return;
  session.hasReplacedKeys = true;
  await sql.rows(
    `insert into replaced_key (session, key_hash, element_id)
     select $2, md5(key)::uuid, id from jsonb_to_recordset($1::jsonb) as r (key text, id bigint)
     on conflict (session, key_hash) do update set element_id = excluded.element_id`,
    [storableJson(replaced), session.id],
  );
}

function rowOf({ match, id, guid, parentId }: LinkedWrite): ElementRow {
  const { element, hash, displayName, scopeId } = match.incoming;
  return {
    id,
    guid,
    parent_id: parentId,
    scope_id: scopeId,
    type: element.type,
    qualified_name: element.qualifiedName,
    display_name: displayName,
    content_hash: hash,
    source_key: match.sourceKey,
    effective_from: element.effectiveFrom,
    effective_to: element.effectiveTo,
    properties: element.properties,
    ...(element.isTentative ? { is_tentative: true } : {}),
  };
}

function updateOf(write: Update) {
  const { version, isPlaceholder } = write.match.stored;
  return { ...rowOf(write), read_version: version, read_placeholder: isPlaceholder };
}

function isTakenOver({ stored }: UpdateMatch, { source }: Writer): boolean {
  return stored.sourceId !== null && stored.sourceId !== source.id;
}

function hasOtherType({ match }: Update): boolean {
  return match.stored.type !== match.incoming.element.type;
}

async function writeLinks(
  sql: Sql,
  ids: Ids,
  writer: Writer,
  inserts: readonly Insert[],
  updates: readonly Update[],
): Promise<{ crowded: number[]; others: number[] }> {
  const updatedIds = updates.map(({ id }) => id);
  const stored = await findDeclaredLinks(sql, updatedIds);
  const difference = compareLinks(
    updates.flatMap(({ links }) => links),
    stored,
  );
  await deleteLinks(
    sql,
    difference.surplus.map(({ id }) => id),
  );
  await updateLinks(sql, writer, difference.changed);
  const missing: DeclaredLink[] = [...inserts.flatMap(({ links }) => links), ...difference.missing];
  const fresh = await newLinks(sql, ids, missing);
  await insertLinks(sql, writer, fresh);
  await release(sql, difference.surplus.map(otherEndOf));
  const crowded = await findCrowded(sql, fresh, new Set(inserts.map(({ id }) => id)));
  const isChanged = new Set(difference.changed.map(({ id }) => id));
  const changed = stored.filter(({ id }) => isChanged.has(id));
  const others = otherEnds([...inserts, ...updates], [...missing, ...changed, ...difference.surplus]);
  return { crowded, others };
}

/** The elements at the other ends, unless they are written now too. That a parent has a child is no change of it. */
function otherEnds(writes: readonly LinkedWrite[], links: readonly DeclaredLink[]): number[] {
  const parentOf = new Map(writes.map(({ id, parentId }) => [id, parentId]));
  return links.flatMap((link) => {
    const other = otherEndOf(link);
    return parentOf.has(other) || parentOf.get(declarerOf(link)) === other ? [] : [other];
  });
}

async function newLinks(sql: Sql, ids: Ids, links: readonly DeclaredLink[]): Promise<NewLink[]> {
  const nowMs = Date.now();
  const fresh = await ids.relationship.take(sql, links.length);
  return links.map((link, index) => ({ ...link, id: fresh[index] ?? NaN, guid: newGuid(nowMs) }));
}

async function writeFacets(
  sql: Sql,
  writer: Writer,
  { locators }: Writes,
  inserts: readonly Insert[],
  updates: readonly Update[],
): Promise<GivenUp[]> {
  const updatedIds = updates.map(({ id }) => id);
  const dropped = await deleteLocatorsExcept(sql, updatedIds, locators.kept);
  await moveLocators(sql, locators.moved);
  await insertLocators(sql, locators.fresh);
  await insertClassifications(sql, writer, inserts.flatMap(classificationsOf));
  await replaceClassifications(sql, writer, updatedIds, updates.flatMap(classificationsOf));
  const typeOf = new Map(updates.map(({ id, match }) => [id, match.incoming.element.type]));
  return dropped.map(({ element_id, namespace, name }) => {
    const elementId = Number(element_id);
    return { elementId, type: typeOf.get(elementId) ?? 'Referenceable', locator: { namespace, name } };
  });
}

function namesGivenUp(updates: readonly Update[]): GivenUp[] {
  return updates.flatMap(({ match, split }) => {
    const { stored, displaces, incoming } = match;
    const holders = displaces ? [displaces] : [];
    // What splits off takes its name along.
    if (stored.qualifiedName !== incoming.element.qualifiedName && !split) holders.push(stored);
    return holders.map(({ id, type, qualifiedName }) => ({ elementId: id, type, qualifiedName }));
  });
}

function locatorsGivenUp({ locators }: Writes, dropped: readonly GivenUp[]): GivenUp[] {
  const moved = locators.moved.map(({ from, namespace, name }) => ({
    ...from,
    locator: { namespace, name },
  }));
  return [...dropped, ...moved];
}

function classificationsOf({ id, match }: LinkedWrite) {
  const classifications = Object.entries(match.incoming.element.classifications ?? {});
  return classifications.map(([name, properties]) => ({ element_id: id, name, properties }));
}

/** Hearsay that turned out to be the same thing is an element no more. */
function removedWith({ match }: Update): FeedEntry[] {
  const gone = (match.absorbs ?? []).filter(({ isTentative }) => isTentative);
  return gone.map(({ guid, type, qualifiedName }) => ({
    ...{ kind: 'removed', guid, type, qualified_name: qualifiedName },
  }));
}

function feedOf({ match, guid, split }: LinkedWrite): FeedEntry[] {
  const { type, qualifiedName } = match.incoming.element;
  const isCreated = match.kind === 'insert' || match.stored.isPlaceholder;
  const entry: FeedEntry = {
    kind: isCreated ? 'created' : 'updated',
    guid,
    type,
    qualified_name: qualifiedName,
  };
  if (!split || match.kind !== 'update') return [entry];
  const { stored } = match;
  return [
    entry,
    { kind: 'created', guid: split.guid, type: stored.type, qualified_name: stored.qualifiedName },
  ];
}
