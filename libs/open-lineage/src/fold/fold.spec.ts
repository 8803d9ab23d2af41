import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityKey } from '../entity-key.js';
import type { ReadEvent } from '../event.js';
import { corpus } from '../testing/corpus.js';
import {
  daily,
  datasetEvent,
  facet,
  job,
  jobEvent,
  orders,
  read,
  runEvent,
  runId,
} from '../testing/events.js';
import { foldAsJson } from '../testing/fold-as-json.js';
import { foldInterleaved, interleavings } from '../testing/interleavings.js';
import { maxFacets, maxOtherFacetLength } from './facets.js';
import { foldEvents } from './fold.js';
import type { KnownDataset, KnownJob, KnownRun } from './known.js';

const at = (second: number) => `2026-11-21T10:00:${String(second).padStart(2, '0')}Z`;
const instant = (second: number) => at(second).replace('Z', '.000000000Z');
const jobKey = entityKey(job.namespace, job.name);
const ordersKey = entityKey(orders.namespace, orders.name);

/** Folded forwards and backwards: one answer. */
function foldBothWays(events: readonly Record<string, unknown>[]) {
  const reads = events.map(read);
  const fold = foldEvents(reads);
  expect(foldAsJson(foldEvents(reads.toReversed()))).toBe(foldAsJson(fold));
  return fold;
}
function runOf(...events: Record<string, unknown>[]): KnownRun {
  return foldBothWays(events).runs.get(runId)!;
}
function jobOf(...events: Record<string, unknown>[]): KnownJob {
  return foldBothWays(events).jobs.get(jobKey)!;
}
function ordersOf(...events: Record<string, unknown>[]): KnownDataset {
  return foldBothWays(events).datasets.get(ordersKey)!;
}

describe('a run', () => {
  const event = (eventType: string | undefined, second: number, more = {}) =>
    runEvent({ eventType, eventTime: at(second), ...more });

  it('lasts from its first START to its end', () => {
    const run = runOf(event('START', 2), event('START', 1), event('RUNNING', 3), event('COMPLETE', 4));
    expect(run).toMatchObject({
      state: 'COMPLETE',
      startedAt: instant(1),
      endedAt: instant(4),
      lastEventTime: instant(4),
    });
  });

  it('that failed stays so, although Spark says COMPLETE some milliseconds later', () => {
    const run = runOf(event('START', 1), event('FAIL', 2), event('COMPLETE', 3));
    expect(run).toMatchObject({ state: 'FAIL', endedAt: instant(2), lastEventTime: instant(3) });
    expect(runOf(event('ABORT', 1), event('COMPLETE', 2)).state).toBe('ABORT');
    expect(runOf(event('ABORT', 2), event('FAIL', 1)).state).toBe('FAIL');
  });

  it('that never ends has no end, and one that never started no start', () => {
    expect(runOf(event('START', 1), event(undefined, 2))).not.toHaveProperty('endedAt');
    expect(runOf(event('COMPLETE', 1))).not.toHaveProperty('startedAt');
  });

  it('has the inputs and outputs of all of its events', () => {
    const input = { ...orders, inputFacets: { inputStatistics: facet({ rowCount: 1 }) } };
    const run = runOf(
      event('START', 1, { inputs: [input] }),
      event('COMPLETE', 2, {
        outputs: [{ ...daily, outputFacets: { outputStatistics: facet({ rowCount: 2 }) } }],
      }),
      event('RUNNING', 3, { inputs: [] }),
    );
    expect(Object.values(run.inputs)).toMatchObject([
      { ...orders, lastSeen: instant(1), facets: { inputStatistics: {} } },
    ]);
    expect(Object.values(run.outputs)).toMatchObject([
      { ...daily, facets: { outputStatistics: { time: instant(2) } } },
    ]);
  });

  it('has the column lineage of its outputs; the dataset has the rest of their facets', () => {
    const facets = { columnLineage: facet({ fields: {} }), schema: facet({ fields: [] }) };
    const { runs, datasets } = foldBothWays([event('COMPLETE', 1, { outputs: [{ ...orders, facets }] })]);
    expect(Object.keys(runs.get(runId)!.outputs[ordersKey]!.facets)).toEqual(['columnLineage']);
    expect(Object.keys(datasets.get(ordersKey)!.facets)).toEqual(['schema']);
  });

  it('has a parent, and so has its job; a job is not its own parent', () => {
    const parent = (name: string) => ({
      run: { runId: 'p' },
      job: { namespace: 'shop', name },
      root: { run: { runId: 'r' }, job: { namespace: 'shop', name: 'root' } },
    });
    const from = (name: string, key = 'parent') =>
      event('START', 1, { run: { runId, facets: { [key]: facet(parent(name)) } } });
    expect(jobOf(from('dag'))).toMatchObject({ parent: { name: 'dag' }, root: { name: 'root' } });
    expect(jobOf(from('dag', 'parentRun'))).toMatchObject({ parent: { name: 'dag' } });
    expect(jobOf(from(job.name))).not.toHaveProperty('parent');
    expect(runOf(from(job.name))).toMatchObject({ parentRun: { runId: 'p' }, rootRun: { runId: 'r' } });
    expect(
      jobOf(event('START', 1, { run: { runId, facets: { parent: { run: null } } } })),
    ).not.toHaveProperty('parent');
  });
});

describe('a facet', () => {
  const withSql = (query: string, second: number, more = {}) =>
    jobEvent({ eventTime: at(second), job: { ...job, facets: { sql: facet({ query, ...more }) } } });

  it('is replaced whole by a later one', () => {
    const { facets } = jobOf(withSql('select 1', 1, { dialect: 'x' }), withSql('select 2', 2));
    expect(facets.sql).toEqual({ time: instant(2), value: facet({ query: 'select 2' }) });
  });

  it('of the same time as another is chosen by its content', () => {
    expect(jobOf(withSql('a', 1), withSql('b', 1)).facets.sql!.value).toMatchObject({ query: 'b' });
  });

  it('stays when a later event does not have it, or has null or no object', () => {
    const without = jobEvent({ eventTime: at(9), job: { ...job, facets: { sql: null, tags: 7 } } });
    expect(Object.keys(jobOf(withSql('a', 1), without).facets)).toEqual(['sql']);
  });

  it('is deleted by a later one that says so, until it comes again', () => {
    const deleted = withSql('', 2, { _deleted: true });
    expect(jobOf(withSql('a', 1), deleted).facets.sql).toEqual({
      time: instant(2),
      value: {},
      isDeleted: true,
    });
    expect(jobOf(withSql('a', 3), deleted).facets.sql).not.toHaveProperty('isDeleted');
  });

  it('may be called constructor', () => {
    const event = jobEvent({ job: { ...job, facets: { constructor: facet({ a: 1 }) } } });
    expect(jobOf(event, jobEvent()).facets.constructor).toMatchObject({ value: { a: 1 } });
  });

  it('of no standard is known by its origin only when it is long; a standard one is kept', () => {
    const long = facet({ query: 'x'.repeat(maxOtherFacetLength) });
    const { facets } = jobOf(jobEvent({ job: { ...job, facets: { 'spark.logicalPlan': long, sql: long } } }));
    expect(facets['spark.logicalPlan']).toMatchObject({ value: facet({}), isOmitted: true });
    expect(facets.sql!.value).toEqual(long);
  });

  it(`is one of at most ${maxFacets}, the newest`, () => {
    const events = Array.from({ length: 60 }, (_, second) => {
      const keys = Array.from({ length: 10 }, (_, index) => [`key-${second}-${index}`, facet({})] as const);
      return jobEvent({ eventTime: at(second), job: { ...job, facets: Object.fromEntries<unknown>(keys) } });
    });
    const keys = Object.keys(jobOf(...events).facets);
    expect(keys).toHaveLength(maxFacets);
    expect(keys.every((key) => Number(key.split('-')[1]) >= 34)).toBe(true);
  });
});

describe('a job', () => {
  it('has the inputs and outputs of its newest job event that has the list', () => {
    const known = jobOf(
      jobEvent({ eventTime: at(1), inputs: [orders], outputs: [daily] }),
      jobEvent({ eventTime: at(2), inputs: [] }),
      jobEvent({ eventTime: at(3) }),
    );
    expect(known.staticInputs).toEqual({ time: instant(2), datasets: {} });
    expect(Object.values(known.staticOutputs!.datasets)).toMatchObject([daily]);
    expect(known).toMatchObject({ firstSeen: instant(1), lastSeen: instant(3) });
  });
});

describe('a dataset', () => {
  const renamedFrom = (name: string, second: number) => {
    const previousIdentifier = { namespace: orders.namespace, name };
    const change = facet({ lifecycleStateChange: 'RENAME', previousIdentifier });
    return datasetEvent({
      eventTime: at(second),
      dataset: { ...orders, facets: { lifecycleStateChange: change } },
    });
  };

  it('remembers the names that it had, also after its next change', () => {
    const altered = { lifecycleStateChange: facet({ lifecycleStateChange: 'ALTER' }) };
    const known = ordersOf(
      renamedFrom('old', 1),
      renamedFrom('older', 0),
      datasetEvent({ eventTime: at(2), dataset: { ...orders, facets: altered } }),
    );
    expect(
      Object.values(known.formerNames)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['old', 'older']);
    expect(known.facets.lifecycleStateChange!.value).toMatchObject({ lifecycleStateChange: 'ALTER' });
  });

  it('that an event names twice is one', () => {
    const both = runEvent({
      inputs: [orders, orders],
      outputs: [{ ...orders, facets: { version: facet({ datasetVersion: '1' }) } }],
    });
    expect(foldBothWays([both]).datasets.size).toBe(1);
    expect(ordersOf(both).facets).toHaveProperty('version');
  });
});

describe('the fold of real events', () => {
  const events: ReadEvent[] = corpus.map(({ event }) => read(event));
  const inOrder = foldEvents(events);

  it('knows each job, run and dataset once', () => {
    expect([inOrder.jobs.size, inOrder.runs.size, inOrder.datasets.size]).toEqual([107, 112, 50]);
    expect([...inOrder.runs.values()].filter(({ state }) => state === 'FAIL')).toHaveLength(3);
    expect([...inOrder.runs.values()].filter(({ state }) => state === 'START')).toHaveLength(4);
  });

  it('is the same in any order, with repetitions, and joined from any batches', { timeout: 30_000 }, () => {
    const expected = foldAsJson(inOrder);
    fc.assert(
      fc.property(interleavings(events.length), (interleaving) => {
        expect(foldAsJson(foldInterleaved(events, interleaving)) === expected).toBe(true);
      }),
      { numRuns: 5 },
    );
  });
});
