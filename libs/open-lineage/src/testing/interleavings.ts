import fc from 'fast-check';
import type { ReadEvent } from '../event.js';
import { foldEvents, type Fold } from '../fold/fold.js';
import { joinedFolds } from './fold-as-json.js';

/** How events may reach the fold: in any order, some again, in batches whose folds are joined later. */
export interface Interleaving {
  order: number[];
  batchSize: number;
}

export function interleavings(count: number): fc.Arbitrary<Interleaving> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return fc.record({
    order: fc
      .tuple(
        fc.shuffledSubarray(indexes, { minLength: count, maxLength: count }),
        fc.array(fc.nat({ max: Math.max(0, count - 1) }), { maxLength: count }),
      )
      .map(([all, again]) => (count === 0 ? [] : [...all, ...again])),
    batchSize: fc.integer({ min: 1, max: 5 }),
  });
}

export function foldInterleaved(events: readonly ReadEvent[], { order, batchSize }: Interleaving): Fold {
  const folds: Fold[] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    folds.push(foldEvents(order.slice(start, start + batchSize).map((index) => events[index]!)));
  }
  return joinedAsTree(folds);
}

function joinedAsTree(folds: readonly Fold[]): Fold {
  if (folds.length <= 1) return folds[0] ?? foldEvents([]);
  const middle = folds.length >> 1;
  return joinedFolds(joinedAsTree(folds.slice(middle)), joinedAsTree(folds.slice(0, middle)));
}
