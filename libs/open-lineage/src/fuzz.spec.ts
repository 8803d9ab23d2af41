import { storableProblem } from './testing/storable-problem.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkEvent } from './checks/check-event.js';
import { cutBatch } from './cut-batch.js';
import type { ReadEvent } from './event.js';
import { eventIdOf } from './event-id.js';
import { compareEventTimes } from './event-time.js';
import { emptyFold, foldEvents, type Fold } from './fold/fold.js';
import { lineageOf } from './lineage/job-lineage.js';
import { MalformedEventError } from './malformed-event.error.js';
import { nameDataset } from './naming/dataset-names.js';
import { locatorsOf } from './naming/locators.js';
import { readEvent } from './read-event.js';
import { foldAsJson } from './testing/fold-as-json.js';
import { foldInterleaved, interleavings } from './testing/interleavings.js';
import { mutatedBody, mutatedEvent } from './testing/mutated-events.js';
import { bodyOf } from './testing/corpus.js';

const isFull = process.env.IDAEMON_TEST_FULL === '1';
const bodies = isFull ? 100_000 : 5_000;
const eventsPerFold = 8;
const timeout = isFull ? 1_800_000 : 120_000;

function readIfRight(body: Buffer): ReadEvent | undefined {
  try {
    return readEvent(body);
  } catch (error) {
    if (!(error instanceof MalformedEventError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.problems.length).toBeLessThanOrEqual(20);
    return undefined;
  }
}

function nameAll({ jobs, runs, datasets }: Fold): void {
  for (const dataset of datasets.values()) {
    expect(nameDataset(dataset, dataset.facets).qualifiedName).not.toBe('');
    expect(locatorsOf(dataset).every(({ namespace, name }) => namespace !== '' && name !== '')).toBe(true);
  }
  const [run] = runs.values();
  for (const job of jobs.values()) lineageOf(job, run);
}

describe('whatever comes', { timeout }, () => {
  it(`is read or refused, and what is read can be checked, folded, named and stored (${bodies} bodies)`, () => {
    let taken = 0;
    fc.assert(
      fc.property(mutatedBody, (body) => {
        const event = readIfRight(body);
        if (!event) return;
        taken++;
        for (const mode of ['lenient', 'strict'] as const) {
          expect(checkEvent(event.event, { mode }).length).toBeLessThanOrEqual(20);
        }
        const fold = foldEvents([event]);
        expect(storableProblem(foldAsJson(fold))).toBeUndefined();
        nameAll(fold);
      }),
      { numRuns: bodies },
    );
    // Else the test would be about refusals only.
    expect(taken).toBeGreaterThan(bodies / 4);
  });

  it('a batch of it is cut or refused', () => {
    fc.assert(
      fc.property(fc.array(mutatedBody, { maxLength: 3 }), (items) => {
        const body = Buffer.from(`[${items.map((item) => item.toString('latin1')).join(',')}]`, 'latin1');
        try {
          for (const { start, end } of cutBatch(body)) readIfRight(body.subarray(start, end));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedEventError);
        }
      }),
      { numRuns: bodies / 10 },
    );
  });

  it('folds to what its events, sorted and each once, fold to', () => {
    const events = fc.array(mutatedEvent, { minLength: 2, maxLength: eventsPerFold }).chain((given) => {
      const read = given
        .map(bodyOf)
        .map((body) => ({ id: eventIdOf(body).toString('hex'), event: readIfRight(body) }));
      const right = read.flatMap(({ id, event }) => (event ? [{ id, event }] : []));
      return fc.tuple(fc.constant(right), interleavings(right.length));
    });
    fc.assert(
      fc.property(events, ([given, interleaving]) => {
        const once = [...new Map(given.map(({ id, event }) => [id, event])).values()];
        const sorted = once.toSorted((a, b) => compareEventTimes(a.eventTime, b.eventTime));
        const folded =
          given.length === 0
            ? emptyFold()
            : foldInterleaved(
                given.map(({ event }) => event),
                interleaving,
              );
        expect(foldAsJson(folded)).toBe(foldAsJson(foldEvents(sorted)));
      }),
      { numRuns: bodies / 10 },
    );
  });
});
