import type { Database, Sql } from '@idaemon/persistence';
import { readEventPage, type LoggedEvent } from '../log/event-page.js';
import { datasetTable, jobKeyOf, jobTable, runTable } from './entity-table.js';
import { foldEvents } from './fold-events.js';
import { keepUnfoldable, type Unfoldable } from './unfoldable.js';
import { mergeRows } from './merge-rows.js';

export interface FoldLimits {
  events: number;
  bytes: number;
}

export interface FoldedBatch {
  events: number;
  unfoldable: number;
  /** Events that retention had removed before they were folded. */
  missed: number;
  /** When the last of them was received. */
  lastReceivedAt?: Date;
}

/** The stream, and the position behind which its next events begin. */
export interface FoldPlace {
  stream: number;
  position: number;
}

/** Where a batch failed, so that its events can be looked at one by one. */
export class FoldError extends Error {
  constructor(
    readonly place: FoldPlace,
    override readonly cause: unknown,
  ) {
    super(`A batch of stream ${place.stream} could not be folded`);
  }
}

/**
 * Takes a stream that nobody else folds now, folds its next events and moves its cursor, in one transaction: each event
 * counts exactly once, whatever happens between. Undefined: there is nothing to fold, or others are at it.
 */
export async function foldNextBatch(
  database: Pick<Database, 'transaction'>,
  limits: FoldLimits,
  only?: number,
): Promise<FoldedBatch | undefined> {
  let cursor: FoldCursor | undefined;
  try {
    return await database.transaction(async (sql) => {
      cursor = await takeCursor(sql, only);
      return cursor && (await foldAfter(sql, cursor, limits));
    });
  } catch (error) {
    throw cursor === undefined ? error : new FoldError(cursor, error);
  }
}

/**
 * Gives up the event behind `failed`, whose effect Postgres refuses, and moves on. False, and nothing is done, when the
 * cursor stands elsewhere by now or somebody else has it: the next event would be another one.
 */
export function giveUpNextEvent(
  database: Pick<Database, 'transaction'>,
  failed: FoldPlace,
  error: Error,
): Promise<boolean> {
  return database.transaction(async (sql) => {
    const cursor = await takeCursor(sql, failed.stream);
    if (cursor?.position !== failed.position) return false;
    const [event] = await pageAfter(sql, cursor, { events: 1, bytes: 1 });
    if (!event) return false;
    await keepUnfoldable(sql, [{ event, error }]);
    await moveCursor(sql, failed.stream, event.position);
    return true;
  });
}

/** Merges events into what is known; of those that cannot be, the reasons. In the transaction of `sql`. */
export async function applyEvents<E extends { body: Buffer }>(
  sql: Sql,
  events: readonly E[],
): Promise<{ event: E; error: Error }[]> {
  const { jobs, runs, datasets, unfoldable } = foldEvents(events);
  const changedRuns = await mergeRows(sql, runTable, runs);
  await mergeRows(sql, datasetTable, datasets);
  // What a job reads and writes is derived from its runs.
  const ofRuns = [...changedRuns.values()].flatMap(({ before, after }) => [
    ...(before ? [jobKeyOf(before)] : []),
    jobKeyOf(after),
  ]);
  await mergeRows(sql, jobTable, jobs, new Set(ofRuns));
  return unfoldable;
}

interface FoldCursor extends FoldPlace {
  /** The newest position that is committed: nothing up to here can still come. */
  end: number;
  missed: number;
}

async function foldAfter(sql: Sql, cursor: FoldCursor, limits: FoldLimits): Promise<FoldedBatch> {
  const events = await pageAfter(sql, cursor, limits);
  const unfoldable: Unfoldable[] = await applyEvents(sql, events);
  await keepUnfoldable(sql, unfoldable);
  const last = events.at(-1);
  await moveCursor(sql, cursor.stream, last?.position ?? cursor.end);
  return {
    events: events.length,
    unfoldable: unfoldable.length,
    missed: cursor.missed,
    lastReceivedAt: last?.receivedAt,
  };
}

function pageAfter(sql: Sql, { stream, position }: FoldCursor, limits: FoldLimits): Promise<LoggedEvent[]> {
  return readEventPage(sql, { stream, after: position, limit: limits.events, maxBytes: limits.bytes });
}

async function takeCursor(sql: Sql, only?: number): Promise<FoldCursor | undefined> {
  const row = await sql.row<{ stream: number; position: string; end: string; missed: string }>(
    `select c.stream, c.position, s.position as end, greatest(s.removed_to - c.position, 0) as missed
     from fold_cursor c join stream s using (stream)
     where s.position > c.position and ($1::smallint is null or c.stream = $1)
     order by c.moved_at limit 1
     for no key update of c skip locked`,
    [only ?? null],
  );
  if (!row) return undefined;
  const { stream, position, end, missed } = row;
  return { stream, position: Number(position), end: Number(end), missed: Number(missed) };
}

async function moveCursor(sql: Sql, stream: number, position: number): Promise<void> {
  await sql.rows(`update fold_cursor set position = $2, moved_at = now() where stream = $1`, [
    stream,
    position,
  ]);
}
