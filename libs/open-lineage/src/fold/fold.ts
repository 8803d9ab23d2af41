import type { ReadEvent } from '../event.js';
import { deltasOf } from './deltas.js';
import type { Delta, KnownDataset, KnownJob, KnownRun } from './known.js';
import { mergeDataset, mergeJob, mergeRun } from './merge.js';

/** What is known of all entities that some events name, each by its key. */
export interface Fold {
  jobs: Map<string, KnownJob>;
  runs: Map<string, KnownRun>;
  datasets: Map<string, KnownDataset>;
}

export function emptyFold(): Fold {
  return { jobs: new Map(), runs: new Map(), datasets: new Map() };
}

export function foldEvents(events: Iterable<ReadEvent>): Fold {
  const fold = emptyFold();
  for (const event of events) addToFold(fold, event);
  return fold;
}

export function addToFold(fold: Fold, event: ReadEvent): void {
  for (const delta of deltasOf(event)) addDelta(fold, delta);
}

function addDelta(fold: Fold, delta: Delta): void {
  switch (delta.kind) {
    case 'job':
      return put(fold.jobs, delta.key, delta.known, mergeJob);
    case 'run':
      return put(fold.runs, delta.key, delta.known, mergeRun);
    case 'dataset':
      return put(fold.datasets, delta.key, delta.known, mergeDataset);
  }
}

function put<T>(map: Map<string, T>, key: string, known: T, merge: (a: T, b: T) => T): void {
  const before = map.get(key);
  map.set(key, before === undefined ? known : merge(before, known));
}
