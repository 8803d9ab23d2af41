import { canonicalJson } from '@idaemon/contracts';
import { emptyFold, type Fold } from '../fold/fold.js';
import { mergeDataset, mergeJob, mergeRun } from '../fold/merge.js';

/** A fold as Postgres would give it back: through JSON, and the same text for the same content. */
export function foldAsJson({ jobs, runs, datasets }: Fold): string {
  return canonicalJson({
    jobs: Object.fromEntries(jobs),
    runs: Object.fromEntries(runs),
    datasets: Object.fromEntries(datasets),
  });
}

/** Two folds that were stored, joined as the worker does. */
export function joinedFolds(a: Fold, b: Fold): Fold {
  const joined = emptyFold();
  join(joined.jobs, a.jobs, b.jobs, mergeJob);
  join(joined.runs, a.runs, b.runs, mergeRun);
  join(joined.datasets, a.datasets, b.datasets, mergeDataset);
  return joined;
}

function join<T>(into: Map<string, T>, a: Map<string, T>, b: Map<string, T>, merge: (a: T, b: T) => T): void {
  for (const map of [a, b]) {
    for (const [key, known] of map) {
      const before = into.get(key);
      into.set(key, before === undefined ? stored(known) : merge(before, stored(known)));
    }
  }
}

function stored<T>(known: T): T {
  return JSON.parse(JSON.stringify(known)) as T;
}
