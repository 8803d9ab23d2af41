import { type IdaemonError, type SessionBatch, type StateValues } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import { assertOwner } from '../claims/fence.js';
import { writeState } from '../connector-state.js';
import { rememberCrowded } from '../write/crowded-ends.js';
import { forgetDeadLetters, recordDeadLetters, type Refused } from '../write/dead-letters.js';
import { recordDifferences, type NewDifference } from '../runs/run-differences.js';
import { appendToFeed } from '../write/feed.js';
import { incomingElement, oversize, refusalOf, type Incoming } from '../write/incoming.js';
import { findByName } from '../write/element-lookup.js';
import { writeElements, type Ids, type Written } from '../write/write-elements.js';
import { planElements } from './plan-elements.js';
import { moveToScope, probeElements, type Move, type Probe, type Probed } from './probe-elements.js';
import type { SyncSession } from './sync-session.js';

/** A batch after the checks that need no database. */
export interface CheckedBatch {
  probes: Probe[];
  incoming: Incoming[];
  refused: Refused[];
  state: StateValues | undefined;
}

/** What a batch has done, to be remembered once its transaction has committed. */
export interface BatchOutcome {
  needed: number[];
  seen: { id: number; result: 'created' | 'updated' | 'unchanged' }[];
  /** Seen, but not counted: elements of refused entries, and what a batch wrote beside its entries. */
  alsoSeen: number[];
  failed: number;
  feedPosition: number | null;
  hasCrowdedEnds: boolean;
}

/** Checks the entries; of two with the same name the later one counts. */
export function checkBatch(
  { entries, collection: usual, scope, state }: SessionBatch,
  scopeIds: ReadonlyMap<string, number>,
): CheckedBatch {
  const probes: Probe[] = [];
  const incoming = new Map<string, Incoming>();
  const refused: Refused[] = [];
  entries.forEach(({ collection = usual, qualifiedName, hash, element, oversizeBytes }, position) => {
    const scopeId = scopeIds.get(collection) ?? NaN;
    const refuse = (error: IdaemonError) =>
      refused.push({
        collection,
        scope,
        type: element?.type ?? '',
        qualifiedName,
        error,
        element: element && !oversizeBytes ? element : null,
      });
    if (oversizeBytes) return refuse(oversize(qualifiedName, oversizeBytes));
    if (!element) return probes.push({ position, qualifiedName, hash, scopeId });
    const error = refusalOf(element);
    if (error) return refuse(error);
    return incoming.set(
      element.qualifiedName,
      incomingElement(position, element, { collection, scope, scopeId }, hash),
    );
  });
  return { probes, incoming: [...incoming.values()], refused, state };
}

/** The transaction of a batch. */
export async function writeBatch(
  sql: Sql,
  ids: Ids,
  session: SyncSession,
  batch: CheckedBatch,
): Promise<BatchOutcome> {
  const { writer } = session;
  const write = session.isPlan ? planElements : writeElements;
  const [, probed, { written, feed, crowded, split }] = await Promise.all([
    assertOwner(sql, session.begin.fence),
    probeElements(sql, writer, batch.probes),
    write(sql, ids, writer, batch.incoming),
  ]);
  const refused = [...batch.refused, ...written.flatMap(refusedOf)];
  const alsoSeen = [...(await storedOf(sql, batch.refused)), ...idsOfRefused(written), ...split];
  if (session.isPlan) {
    await recordDifferences(sql, session.begin.runId, refused.map(failure));
  } else {
    await moveToScope(sql, writer, moves(session, probed, written));
    await recordDeadLetters(sql, writer, refused);
    if (session.hasDeadLetters) {
      await forgetDeadLetters(sql, writer.connector, succeeded(probed, written));
    }
    await rememberCrowded(sql, session.id, crowded);
  }
  // Content that is still to come belongs to the state as well.
  if (!session.isPlan && probed.needed.length === 0) await writeState(sql, session.begin.fence, batch.state);
  const feedPosition = session.isPlan ? null : await appendToFeed(sql, writer, feed);
  const seen = [...probed.same, ...written.filter(isThere)];
  const hasCrowdedEnds = crowded.length > 0;
  return { needed: probed.needed, seen, alsoSeen, failed: refused.length, feedPosition, hasCrowdedEnds };
}

/** Only after the commit: what was rolled back was not seen. */
export function rememberOutcome(session: SyncSession, outcome: BatchOutcome): void {
  for (const { id, result } of outcome.seen) {
    if (session.seen.add(id)) session.counts[result] += 1;
  }
  for (const id of outcome.alsoSeen) session.seen.add(id);
  session.counts.failed += outcome.failed;
  session.hasDeadLetters ||= outcome.failed > 0;
  session.hasCrowdedEnds ||= outcome.hasCrowdedEnds;
}

type There = Extract<Written, { result: 'created' | 'updated' | 'unchanged' }>;

function isThere(written: Written): written is There {
  return written.result !== 'refused' && written.result !== 'skipped';
}

function refusedOf(written: Written): Refused[] {
  if (written.result !== 'refused') return [];
  const { incoming, error } = written;
  const { element, collection, scope } = incoming;
  const { type, qualifiedName } = element;
  return [{ collection, scope, type, qualifiedName, error, element }];
}

function failure({ type, qualifiedName, error }: Refused): NewDifference {
  return {
    change: 'failed',
    element_id: null,
    guid: null,
    type,
    qualified_name: qualifiedName,
    detail: error.message,
  };
}

function idsOfRefused(written: readonly Written[]): number[] {
  return written.flatMap((one) => (one.result === 'refused' && one.id !== undefined ? [one.id] : []));
}

/** A refused element is there in its source: what is stored of it stays. */
async function storedOf(sql: Sql, refused: readonly Refused[]): Promise<number[]> {
  const stored = await findByName(
    sql,
    refused.map(({ qualifiedName }) => qualifiedName),
  );
  return [...stored.values()].map(({ id }) => id);
}

/** Elements that stand in another scope than the one in which they were listed. */
function moves(session: SyncSession, probed: Probed, written: readonly Written[]): Move[] {
  const listed = [
    ...probed.same.map(({ id, scopeId, listedIn }) => ({ id, from: scopeId, to: listedIn })),
    ...written
      .filter(isThere)
      .map(({ id, scopeId, incoming }) => ({ id, from: scopeId, to: incoming.scopeId })),
  ];
  return listed.filter(({ id, from, to }) => from !== to && !session.isSeen(id));
}

function succeeded(probed: Probed, written: readonly Written[]): string[] {
  const names = written.filter(isThere).map(({ incoming }) => incoming.element.qualifiedName);
  return [...probed.same.map(({ qualifiedName }) => qualifiedName), ...names];
}
