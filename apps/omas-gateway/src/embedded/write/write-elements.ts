import type { IdaemonError } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import { newGuid } from '../guid.js';
import { applyWrites } from './apply-writes.js';
import { claimLocators } from './claim-locators.js';
import { findByLocator } from './element-lookup.js';
import type { FeedEntry } from './feed.js';
import { Hearsay } from './hearsay.js';
import type { IdBlocks } from './id-blocks.js';
import type { Incoming } from './incoming.js';
import type { InsertMatch, Match, UpdateMatch } from './match-elements.js';
import { matchIncoming } from './match-incoming.js';
import { linkWrites, referencesOf, type LinkedWrite, type Write, type Writes } from './link-writes.js';
import { findTargets } from './reference-lookup.js';
import type { Writer } from './writer.js';

/** What became of an incoming element. */
export type Written =
  | {
      result: 'created' | 'updated' | 'unchanged';
      incoming: Incoming;
      id: number;
      guid: string;
      /** The scope that it is swept with; of unchanged elements possibly another one than the incoming one. */
      scopeId: number | null;
    }
  | { result: 'skipped'; incoming: Incoming }
  | { result: 'refused'; incoming: Incoming; error: IdaemonError; id?: number };

export interface ElementWriting {
  written: Written[];
  /** For the change feed, which is written last. */
  feed: FeedEntry[];
  /** Relationships that may be one too many: looked at again at the commit. */
  crowded: number[];
  /** Further elements that this has written: to be counted as seen. */
  split: number[];
}

export interface Ids {
  element: IdBlocks;
  relationship: IdBlocks;
}

/** Writes elements (each name once), a statement per table. The caller holds the fence and appends to the feed. */
export async function writeElements(
  sql: Sql,
  ids: Ids,
  writer: Writer,
  incoming: readonly Incoming[],
): Promise<ElementWriting> {
  const decided = await decide(sql, ids, writer, incoming);
  const applied = await applyWrites(sql, ids, writer, decided.writes);
  return { written: resultsOf(decided, writer), ...applied };
}

/** What was decided, with the elements that are left as they are. */
export interface Decided {
  writes: Writes;
  untouched: Untouched[];
}

export function resultsOf({ writes, untouched }: Decided, writer: Writer): Written[] {
  return [...writes.elements.map(writtenOf), ...untouched.map((match) => leftAsIs(match, writer))];
}

type Untouched = Exclude<Match, InsertMatch | UpdateMatch>;
type Refused = Extract<Match, { kind: 'refused' }>;

/**
 * Finds out what is to be written. An element that refers to what cannot be referred to is refused, and the others
 * are looked at again without it.
 */
export async function decide(
  sql: Sql,
  ids: Ids,
  writer: Writer,
  incoming: readonly Incoming[],
  { isPlan = false } = {},
): Promise<Decided> {
  const refused: Refused[] = [];
  const hearsay = new Hearsay(sql, writer);
  for (let rest = incoming; ;) {
    const { matches, holders, targets } = await lookUp(sql, writer, rest);
    const wanted = hearsay.settle(matches, holders);
    const claimed = claimLocators(writer, holders, wanted);
    const writes = await withIds(sql, ids, claimed.matches);
    const linking = await linkWrites(sql, ids, targets, writes, claimed.locators);
    const bad = [...claimed.refused, ...linking.refused];
    if (bad.length === 0) await hearsay.learn(linking.writes.elements);
    if ((await hearsay.isSettled(isPlan)) && bad.length === 0) {
      const others = matches.filter((match) => !isWriting(match));
      return { writes: linking.writes, untouched: [...others, ...hearsay.yielded, ...refused] };
    }
    refused.push(...bad);
    const isDone = new Set([...bad, ...hearsay.yielded].map((match) => match.incoming));
    rest = rest.filter((one) => !isDone.has(one));
  }
}

function isWriting(match: Match): match is InsertMatch | UpdateMatch {
  return match.kind === 'insert' || match.kind === 'update';
}

/** What is there of the elements, of their locators and of what they refer to. */
async function lookUp(sql: Sql, writer: Writer, incoming: readonly Incoming[]) {
  const [matches, holders, targets] = await Promise.all([
    matchIncoming(sql, writer, incoming),
    findByLocator(
      sql,
      incoming.flatMap(({ element }) => element.locators ?? []),
    ),
    findTargets(
      sql,
      incoming.flatMap(referencesOf).map(({ other }) => other),
    ),
  ]);
  return { matches, holders, targets };
}

async function withIds(
  sql: Sql,
  ids: Ids,
  matches: readonly (InsertMatch | UpdateMatch)[],
): Promise<Write[]> {
  const nowMs = Date.now();
  const needed = matches.filter((match) => match.kind === 'insert' || match.splitsOff);
  const fresh = await ids.element.take(sql, needed.length);
  const next = () => ({ id: fresh.shift() ?? NaN, guid: newGuid(nowMs) });
  return matches.map((match) => {
    if (match.kind === 'insert') return { match, ...next() };
    const { id, guid } = match.stored;
    return { match, id, guid, ...(match.splitsOff ? { split: next() } : {}) };
  });
}

function writtenOf({ match, id, guid }: LinkedWrite): Written {
  const isCreated = match.kind === 'insert' || match.stored.isPlaceholder;
  const { incoming } = match;
  return { result: isCreated ? 'created' : 'updated', incoming, id, guid, scopeId: incoming.scopeId };
}

function leftAsIs(match: Untouched, writer: Writer): Written {
  const { incoming } = match;
  if (match.kind === 'skipped') return { result: 'skipped', incoming };
  if (match.kind === 'refused') {
    return {
      result: 'refused',
      incoming,
      error: match.error,
      ...(match.stored ? { id: match.stored.id } : {}),
    };
  }
  const { id, guid, scopeId } = match.stored;
  if (match.kind === 'yielded') return { result: 'unchanged', incoming, id, guid, scopeId: incoming.scopeId };
  return { result: resultOfUnchanged(match.stored, writer), incoming, id, guid, scopeId };
}

/** What this run wrote, but could not say so because its answer was lost, counts as written. */
export function resultOfUnchanged(
  stored: { id: number; runId: string | null; isNew: boolean },
  { runId, session }: Writer,
): 'created' | 'updated' | 'unchanged' {
  if (!session || stored.runId !== runId || session.isSeen(stored.id)) return 'unchanged';
  return stored.isNew ? 'created' : 'updated';
}
