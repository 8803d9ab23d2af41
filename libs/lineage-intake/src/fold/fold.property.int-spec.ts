import { foldEvents, readEvent } from '@idaemon/open-lineage';
import type { Sql } from '@idaemon/persistence';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newEvent, lineageStore, type LineageStore } from '../testing/lineage-store.js';
import { runEvent } from '../testing/made-events.js';
import { entityShardOf } from './entity-shard.js';
import { LostRaceError } from './merge-rows.js';
import { FoldError, foldNextBatch } from './fold-batch.js';
import { jobKeyOf } from './entity-table.js';

let store: LineageStore;
beforeAll(async () => {
  store = await lineageStore();
});
afterAll(() => store.drop());

const names = fc.subarray(['a', 'b', 'c']);
const event = fc
  .record({
    run: fc.integer({ min: 1, max: 4 }),
    job: fc.constantFrom('load', 'clean'),
    type: fc.constantFrom('START', 'RUNNING', 'COMPLETE', 'FAIL'),
    at: fc.integer({ min: 0, max: 9 }),
    inputs: names,
    outputs: names,
    facets: fc.dictionary(
      fc.constantFrom('parent', 'errorMessage', 'own'),
      fc.record({ value: fc.integer() }),
    ),
  })
  .map(runEvent);

/** A step of the world: senders log, a worker folds some events, dies before its commit, or two work at once. */
const step = fc.oneof(
  fc.record({ does: fc.constant('log' as const), events: fc.array(event, { minLength: 1, maxLength: 6 }) }),
  fc.record({ does: fc.constant('fold' as const), events: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ does: fc.constant('crash' as const), events: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ does: fc.constant('race' as const), events: fc.integer({ min: 1, max: 3 }) }),
);
const runs = process.env.IDAEMON_TEST_FULL ? 400 : 30;

describe('the rows of the fold', () => {
  it(
    'are those of the sorted events, whatever streams, batches, crashes and workers did',
    { timeout: 300_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
          await reset();
          const logged = new Map<string, object>();
          for (const one of steps) {
            if (one.does === 'log') {
              for (const made of one.events) logged.set(JSON.stringify(made), made);
              await store.log(...one.events);
            } else if (one.does === 'fold') await fold(one.events);
            else if (one.does === 'crash') await crash(one.events);
            else await Promise.all([fold(one.events), fold(one.events)]);
          }
          while (await fold(3));
          expect(await rows()).toEqual(expectedRows([...logged.values()]));
        }),
        { numRuns: runs },
      );
    },
  );
});

async function fold(events: number): Promise<boolean> {
  try {
    return (await foldNextBatch(store.database, { events, bytes: 1 << 20 })) !== undefined;
  } catch (error) {
    if (error instanceof FoldError && error.cause instanceof LostRaceError) return true;
    throw error;
  }
}

/** All is done but the commit. */
async function crash(events: number): Promise<void> {
  const died = new Error('the worker died');
  const database = {
    transaction: <T>(work: (sql: Sql) => Promise<T>): Promise<T> =>
      store.database.transaction<T>(async (sql) => {
        await work(sql);
        throw died;
      }),
  };
  await foldNextBatch(database, { events, bytes: 1 << 20 }).catch((error: unknown) => {
    const cause = error instanceof FoldError ? error.cause : error;
    if (cause !== died && !(cause instanceof LostRaceError)) throw error;
  });
}

async function reset(): Promise<void> {
  await store.database.rows(`truncate job, run, dataset, event`);
  await store.database.rows(
    `update fold_cursor c set position = s.position from stream s where s.stream = c.stream`,
  );
}

async function rows(): Promise<Record<string, unknown>> {
  const of = async (table: string) => {
    const found = await store.database.rows<{ key: string; shard: number; known: unknown }>(
      `select key, shard, known from ${table}`,
    );
    return Object.fromEntries(found.map(({ key, shard, known }) => [key, { shard, known }]));
  };
  return { jobs: await of('job'), runs: await of('run'), datasets: await of('dataset') };
}

function expectedRows(events: readonly object[]): Record<string, unknown> {
  const sorted = events
    .map((made) => readEvent(newEvent(made).body))
    .sort((a, b) => (a.instant < b.instant ? -1 : 1));
  const { jobs, runs: known, datasets } = foldEvents(sorted);
  const rowsOf = <K>(all: Map<string, K>, shardOf: (key: string, known: K) => number) =>
    Object.fromEntries([...all].map(([key, one]) => [key, { shard: shardOf(key, one), known: one }]));
  return {
    jobs: rowsOf(jobs, entityShardOf),
    runs: rowsOf(known, (_key, run) => entityShardOf(jobKeyOf(run))),
    datasets: rowsOf(datasets, entityShardOf),
  };
}
