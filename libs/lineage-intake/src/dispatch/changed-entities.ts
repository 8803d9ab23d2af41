import type { ChangedEntities, ChangedOptions } from '@idaemon/integration-services';
import type { Database } from '@idaemon/persistence';
import { Wake, type Clock } from '@idaemon/service-runtime';
import { claimEntities, type Cataloguer } from './cataloguer-claim.js';
import { acknowledgePage, readChangedPage, type ChangedPage } from './changed-page.js';
import { unlessAborted, untilAvailable } from './until-available.js';

export interface ChangedEnvironment {
  database: Database;
  clock: Clock;
  /** Calls back when something was folded here, until the signal aborts. */
  onFolded: (call: () => void, until: AbortSignal) => void;
}

/** What other replicas have folded is found by looking. */
const pollIntervalMs = 1_000;
/** Else another connector would think that nobody catalogues. */
const signOfLifeMs = 60_000;

/** Pages of what has changed, for ever; each is acknowledged when the next one is asked for. */
export async function* changedEntities(
  { database, clock, onFolded }: ChangedEnvironment,
  cataloguer: Cataloguer,
  { limit = 500, runsPerJob = 10 }: ChangedOptions,
  signal: AbortSignal,
): AsyncGenerator<ChangedEntities> {
  const wake = new Wake();
  // A busy Postgres may answer later than a connector may take to stop. What is under way then does no harm: it reads, or
  // it acknowledges what was written, as the owner that it still is or not at all.
  const persist = <T>(work: () => Promise<T>): Promise<T | undefined> =>
    unlessAborted(untilAvailable(work, clock, signal), signal);
  onFolded(() => wake.ring(), signal);
  await persist(() => claimEntities(database, cataloguer));
  let seenMs = clock.monotonicMs();
  while (!signal.aborted) {
    const page = await persist(() => readChangedPage(database, cataloguer, { limit, runsPerJob }));
    if (!page) return;
    if (page.isEmpty) {
      if (clock.monotonicMs() - seenMs > signOfLifeMs) {
        await persist(() => acknowledgePage(database, cataloguer, page));
        seenMs = clock.monotonicMs();
      }
      await wake.nextWithin(pollIntervalMs, clock, signal);
      continue;
    }
    if (!isAllTooOld(page)) yield { jobs: page.jobs, runs: page.runs, datasets: page.datasets };
    if (signal.aborted) return;
    await persist(() => acknowledgePage(database, cataloguer, page));
    seenMs = clock.monotonicMs();
  }
}

function isAllTooOld({ jobs, runs, datasets }: ChangedPage): boolean {
  return jobs.length + runs.length + datasets.length === 0;
}
