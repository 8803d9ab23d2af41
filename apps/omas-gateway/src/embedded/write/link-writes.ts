import {
  IdaemonError,
  InvalidMetadataError,
  type ElementWrite,
  type Locator,
  type Reference,
  type RelationshipWrite,
} from '@idaemon/contracts';
import { checkRelationship, relationshipEnds } from '@idaemon/open-metadata';
import type { Sql } from '@idaemon/persistence';
import { newGuid } from '../guid.js';
import type { ClaimedLocator } from './claim-locators.js';
import { locatorKey } from './element-lookup.js';
import type { LocatorRow } from './facet-rows.js';
import type { IdBlocks } from './id-blocks.js';
import type { Incoming } from './incoming.js';
import type { InsertMatch, Match, UpdateMatch } from './match-elements.js';
import type { Merge } from './merge-elements.js';
import type { FoundTargets, Target } from './reference-lookup.js';
import { distinctLinks, type DeclaredLink } from './relationship-rows.js';
import { ReferenceResolver } from './resolve-references.js';

/** An element that will be written, under this id. */
export interface Write {
  match: InsertMatch | UpdateMatch;
  id: number;
  guid: string;
  /** What stays behind under the old name, see `UpdateMatch.splitsOff`. */
  split?: { id: number; guid: string };
}

export interface LinkedWrite extends Write {
  parentId: number | null;
  links: DeclaredLink[];
}

/** Everything that a batch writes, by table. */
export interface Writes {
  elements: LinkedWrite[];
  placeholders: Target[];
  refined: Target[];
  merges: Merge[];
  locators: { fresh: LocatorRow[]; moved: MovedLocator[]; kept: Locator[] };
}

/** A locator that another element had until now. */
export interface MovedLocator extends LocatorRow {
  from: { elementId: number; type: string };
}

interface Linking {
  writes: Writes;
  refused: Extract<Match, { kind: 'refused' }>[];
}

interface Link {
  wanted: RelationshipWrite;
  target: Target;
}

/** Finds out what the elements refer to, and makes placeholders of what is not there. */
export async function linkWrites(
  sql: Sql,
  ids: { element: IdBlocks },
  found: FoundTargets,
  writes: readonly Write[],
  locators: readonly ClaimedLocator[],
): Promise<Linking> {
  const resolver = new ReferenceResolver(found, placeholderMaker());
  overlay(resolver, found, writes);
  const refused: Linking['refused'] = [];
  const linked: { write: Write; links: Link[] }[] = [];
  for (const write of writes) {
    const links = linksOf(write, resolver);
    if (links instanceof IdaemonError) refused.push(refusedMatch(write, links));
    else linked.push({ write, links });
  }
  const placeholders = [...resolver.resolutions.placeholders];
  const placeholderIds = await ids.element.take(sql, placeholders.length);
  placeholders.forEach((target, index) => (target.id = placeholderIds[index] ?? NaN));
  const elements = linked.map(({ write, links }) => linkedWrite(write, links, resolver));
  return { refused, writes: writesOf(elements, locators, resolver) };
}

export function referencesOf({ element }: Incoming): readonly RelationshipWrite[] {
  return element.relationships ?? [];
}

function placeholderMaker(): (type: string, qualifiedName: string) => Target {
  const nowMs = Date.now();
  return (type, qualifiedName) => ({
    id: NaN,
    guid: newGuid(nowMs),
    isPlaceholder: true,
    type,
    qualifiedName,
  });
}

/** What is being written comes before what is stored, under its new name; old names are free. */
function overlay(resolver: ReferenceResolver, found: FoundTargets, writes: readonly Write[]): void {
  const written = new Map<number, Target>();
  for (const { match, id, guid, split } of writes) {
    const { type, qualifiedName } = match.incoming.element;
    const target = { id, guid, isPlaceholder: false, type, qualifiedName };
    written.set(id, target);
    if (match.kind === 'insert') continue;
    match.absorbs?.forEach((placeholder) => written.set(placeholder.id, target));
    resolver.forget(match.stored.qualifiedName);
    if (match.displaces) resolver.forget(match.displaces.qualifiedName);
    if (split)
      resolver.add({
        ...target,
        ...split,
        type: match.stored.type,
        qualifiedName: match.stored.qualifiedName,
      });
  }
  for (const targets of [found.byGuid, found.byName, found.byLocator]) {
    for (const [key, { id }] of targets) {
      const target = written.get(id);
      if (target) targets.set(key, target);
    }
  }
  for (const { match, id } of writes) {
    const target = written.get(id);
    if (target) resolver.add(target, locatorsToAdd(match.incoming.element, target, found));
  }
}

/** Those of hearsay that another element has stay with that. */
function locatorsToAdd(
  { isTentative, locators = [] }: ElementWrite,
  target: Target,
  found: FoundTargets,
): Locator[] {
  if (!isTentative) return locators;
  return locators.filter((locator) => {
    const holder = found.byLocator.get(locatorKey(locator));
    return !holder || holder.isPlaceholder || holder.id === target.id;
  });
}

function linksOf(write: Write, resolver: ReferenceResolver): Link[] | IdaemonError {
  const { element } = write.match.incoming;
  const links: Link[] = [];
  for (const wanted of referencesOf(write.match.incoming)) {
    const end = relationshipEnds(wanted.type)?.[wanted.otherEnd - 1];
    const target = resolver.resolve(wanted.other, end?.type ?? wanted.other.type);
    const error = target instanceof IdaemonError ? target : wrongLink(element.type, wanted, target);
    if (error) return inElement(write, wanted, error);
    if (!(target instanceof IdaemonError)) links.push({ wanted, target });
  }
  return links;
}

function wrongLink(type: string, wanted: RelationshipWrite, target: Target): IdaemonError | undefined {
  const [end1Type, end2Type] = wanted.otherEnd === 1 ? [target.type, type] : [type, target.type];
  const [finding] = checkRelationship({
    type: wanted.type,
    end1Type,
    end2Type,
    properties: wanted.properties,
  });
  return finding && new InvalidMetadataError(finding.message);
}

function inElement(
  write: Write,
  { type: name, other }: RelationshipWrite,
  error: IdaemonError,
): IdaemonError {
  const { type, qualifiedName } = write.match.incoming.element;
  const label = other.qualifiedName ?? other.locator?.name ?? other.guid ?? '';
  const message = `${type} ${qualifiedName}: its ${name} to ${label} is refused: ${error.message}`;
  return new InvalidMetadataError(message, { action: error.action });
}

function refusedMatch({ match }: Write, error: IdaemonError): Linking['refused'][number] {
  const stored = match.kind === 'update' && !match.stored.isPlaceholder ? { stored: match.stored } : {};
  return { kind: 'refused', incoming: match.incoming, error, ...stored };
}

function linkedWrite(write: Write, links: readonly Link[], resolver: ReferenceResolver): LinkedWrite {
  const declared = links.map(({ wanted, target }): DeclaredLink => {
    const other = resolver.final(target).id;
    const ends =
      wanted.otherEnd === 1 ? { end1_id: other, end2_id: write.id } : { end1_id: write.id, end2_id: other };
    const declaredEnd = wanted.otherEnd === 1 ? 2 : 1;
    return {
      type: wanted.type,
      ...ends,
      declared_end: declaredEnd,
      properties: wanted.properties ?? {},
      via: viaOf(wanted.other, target),
    };
  });
  const parent = links.find(({ wanted }) => wanted.isParent)?.target;
  return { ...write, parentId: parent ? resolver.final(parent).id : null, links: distinctLinks(declared) };
}

/** How a reference was resolved: by locator first, then by name. */
function viaOf({ guid, locator, qualifiedName }: Reference, target: Target): string | null {
  if (guid && target.guid === guid) return null;
  return locator ? locatorKey(locator) : (qualifiedName ?? null);
}

function writesOf(
  elements: LinkedWrite[],
  claimed: readonly ClaimedLocator[],
  resolver: ReferenceResolver,
): Writes {
  const { placeholders, refined, merges, locators } = resolver.resolutions;
  const idOf = new Map(elements.map(({ match, id }) => [match.incoming, id]));
  const rowOf = ({ incoming, locator }: ClaimedLocator) => ({
    ...locator,
    element_id: idOf.get(incoming) ?? NaN,
    // Hearsay says that name and thing are one; whoever owns the thing need not.
    is_declared: incoming.element.isTentative !== true,
  });
  const said = locators.map(({ target, locator }) => ({
    ...locator,
    element_id: resolver.final(target).id,
    is_declared: false,
  }));
  const absorbed = elements.flatMap(({ match, id }) =>
    match.kind === 'update' ? (match.absorbs ?? []).map((from) => ({ from: from.id, to: id })) : [],
  );
  return {
    elements,
    placeholders: [...placeholders],
    refined: [...refined],
    merges: [...absorbed, ...merges.map(({ from, to }) => ({ from: from.id, to: resolver.final(to).id }))],
    locators: {
      fresh: [...claimed.filter(({ holder }) => holder === 'nobody').map(rowOf), ...said],
      moved: claimed.flatMap((claim) =>
        typeof claim.holder === 'object' ? [{ ...rowOf(claim), from: claim.holder }] : [],
      ),
      kept: claimed.map(({ locator }) => locator),
    },
  };
}
