import { hash } from 'node:crypto';
import { canonicalJson, type ChangesPage, type ChangesQuery, type ElementChange } from '@idaemon/contracts';
import type { ConnectorStateStore, FollowQuery } from '@idaemon/connector-kit';
import type { z } from 'zod';
import { ChangeNotices, type Listen } from './change-notices.js';

/** Where changes come from. */
export interface ChangeSource {
  /** Repeated until there is an answer; rejects when the signal aborts. */
  ask(query: z.input<typeof ChangesQuery>, signal: AbortSignal): Promise<ChangesPage>;
  listen: Listen;
  /** All elements are given anew, since what followed the cursor is no longer kept. */
  onGap(): void;
  nowMs(): number;
  /** Rejects when the signal aborts. */
  wait(delayMs: number, signal: AbortSignal): Promise<void>;
}

export interface FollowOptions {
  source: ChangeSource;
  /** Keeps the cursor. */
  state: ConnectorStateStore;
  /** Whether it waits for more; else it ends where nothing follows. */
  waits: boolean;
}

/** Notices within it share a request. */
const gatherMs = 50;
/** Between requests, while notices are of what the filter leaves out. */
const longestRestMs = 1_000;
/** How far a connector may have to go back: the cursor is not kept for each element. */
const keepIntervalMs = 2_000;

/** What others have changed from the stored cursor on; the cursor follows what the consumer has finished with. */
export async function* followChanges(
  query: FollowQuery,
  { source, state, waits }: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<ElementChange> {
  const notices = waits ? new ChangeNotices(source.listen, signal) : undefined;
  const place = new Place(query, state, () => source.nowMs());
  let restMs = gatherMs;
  try {
    await place.find();
    for (;;) {
      // Before the request: a notice that comes after it is of something that its answer may not have.
      notices?.forget();
      const page = await follow(source, query, place.cursor, signal);
      if (page.hasGap) source.onGap();
      for (const { change, cursor } of page.items) {
        yield change;
        await place.moveTo(cursor);
      }
      await place.moveTo(page.cursor, page.items.length > 0 && !page.hasMore);
      restMs = page.items.length > 0 ? gatherMs : Math.min(restMs * 2, longestRestMs);
      if (page.hasMore) continue;
      if (!notices) return;
      const askedAtMs = source.nowMs();
      await notices.next();
      const restedMs = source.nowMs() - askedAtMs;
      await source.wait(Math.max(gatherMs, restMs - restedMs), signal);
    }
  } catch (error) {
    // A loop over the changes ends when it is told to stop; a refresh must not take that for the end of the changes.
    if (!signal.aborted || !waits) throw error;
  } finally {
    notices?.stop();
  }
}

function follow(
  source: ChangeSource,
  { types, sources, from }: FollowQuery,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<ChangesPage> {
  const filter = { types: types && [...types], sources: sources && [...sources] };
  return source.ask({ cursor, from, ...filter }, signal);
}

/** Where the connector is; kept with the filter, since another filter begins anew. */
class Place {
  cursor: string | undefined;
  readonly #key: string;
  readonly #filter: string;
  #kept: string | undefined;
  #keptAtMs = -Infinity;

  constructor(
    { types, sources, cursor = 'changes' }: FollowQuery,
    private readonly state: ConnectorStateStore,
    private readonly nowMs: () => number,
  ) {
    this.#key = `changes/${cursor}`;
    const filter = { types: types?.toSorted() ?? null, sources: sources?.toSorted() ?? null };
    this.#filter = hash('sha256', canonicalJson(filter), 'base64url');
  }

  async find(): Promise<void> {
    const kept = (await this.state.get(this.#key)) as { cursor: string; filter: string } | null | undefined;
    if (kept?.filter !== this.#filter) return;
    this.cursor = kept.cursor;
    this.#kept = kept.cursor;
  }

  async moveTo(cursor: string, keepsNow = false): Promise<void> {
    this.cursor = cursor;
    const isFresh = this.nowMs() - this.#keptAtMs < keepIntervalMs;
    if (cursor === this.#kept || (isFresh && !keepsNow)) return;
    await this.state.put(this.#key, { cursor, filter: this.#filter });
    this.#kept = cursor;
    this.#keptAtMs = this.nowMs();
  }
}
