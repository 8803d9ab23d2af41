import { InvalidMetadataError, RequestError } from '@idaemon/contracts';
import {
  deltasOf,
  mergeDataset,
  mergeJob,
  mergeRun,
  readEvent,
  type Delta,
  type KnownDataset,
  type KnownJob,
  type KnownRun,
} from '@idaemon/open-lineage';

/** What some events say of each entity, merged. */
export interface FoldedEvents<E> {
  jobs: Map<string, KnownJob>;
  runs: Map<string, KnownRun>;
  datasets: Map<string, KnownDataset>;
  unfoldable: { event: E; error: Error }[];
}

/** Pure. An event counts as a whole or, when anything of it cannot be merged, not at all. */
export function foldEvents<E extends { body: Buffer }>(events: readonly E[]): FoldedEvents<E> {
  const folded: FoldedEvents<E> = { jobs: new Map(), runs: new Map(), datasets: new Map(), unfoldable: [] };
  for (const event of events) {
    try {
      const apply = deltasOf(readEvent(event.body)).map((delta) => merged(folded, delta));
      for (const put of apply) put();
    } catch (error) {
      folded.unfoldable.push({ event, error: explained(error) });
    }
  }
  return folded;
}

function merged({ jobs, runs, datasets }: FoldedEvents<unknown>, delta: Delta): () => void {
  const { kind, key, known } = delta;
  if (kind === 'job') return put(jobs, key, known, mergeJob);
  if (kind === 'run') return put(runs, key, known, mergeRun);
  return put(datasets, key, known, mergeDataset);
}

/** The entities of one event differ, so what is merged now may be put later. */
function put<T>(known: Map<string, T>, key: string, delta: T, merge: (a: T, b: T) => T): () => void {
  const before = known.get(key);
  const after = before === undefined ? delta : merge(before, delta);
  return () => void known.set(key, after);
}

function explained(error: unknown): Error {
  if (error instanceof RequestError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new InvalidMetadataError(`The event cannot be folded: ${reason}`, {
    cause: error,
    action: 'Repair the event and replay it, or discard it. What other events say is known all the same.',
  });
}
