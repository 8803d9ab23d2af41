import { entityKey, runKey, type KnownDataset, type KnownJob, type KnownRun } from '@idaemon/open-lineage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldAll, foldWorker } from '../testing/fold-all.js';
import { lineageStore, type LineageStore } from '../testing/lineage-store.js';
import { runEvent, runIdOf } from '../testing/made-events.js';
import { FoldError, foldNextBatch, giveUpNextEvent, type FoldPlace } from './fold-batch.js';
import { forgetOldRuns } from './run-retention.js';

let store: LineageStore;
beforeEach(async () => {
  store = await lineageStore();
});
afterEach(() => store.drop());

async function known<T>(table: string, key: string): Promise<T | undefined> {
  const row = await store.database.row<{ known: T }>(`select known from ${table} where key = $1`, [key]);
  return row?.known;
}

describe('the fold of the log', () => {
  it('knows jobs, runs and datasets from the events, and what is to be catalogued', async () => {
    await store.log(
      runEvent({ inputs: ['shop.raw'], type: 'START' }),
      runEvent({ outputs: ['shop.orders'], type: 'COMPLETE', at: 5 }),
    );
    expect(await foldAll(store)).toBe(2);
    expect(await known<KnownJob>('job', entityKey('spec', 'load'))).toMatchObject({ name: 'load' });
    const run = await known<KnownRun>('run', runKey(runIdOf(1)));
    expect(run).toMatchObject({ state: 'COMPLETE', startedAt: '2026-11-21T10:00:00.000000000Z' });
    expect(Object.values(run?.inputs ?? {}).map(({ name }) => name)).toEqual(['shop.raw']);
    expect(Object.values(run?.outputs ?? {}).map(({ name }) => name)).toEqual(['shop.orders']);
    const dataset = await known<KnownDataset>('dataset', entityKey('postgres://db:5432', 'shop.orders'));
    expect(dataset?.facets.schema).toBeDefined();
    const dirty = await store.database.rows(`select 1 from run where dirty_since is not null`);
    expect(dirty).toHaveLength(1);
  });

  it('counts an event once, though it is logged twice and workers come and go', async () => {
    const event = runEvent({ type: 'COMPLETE' });
    await store.log(event);
    await foldAll(store);
    const before = await store.database.rows(`select key, version, known from job`);
    await store.log(JSON.stringify(event));
    await store.log(`${JSON.stringify(event)} `);
    expect(await foldAll(store)).toBe(1);
    expect(await store.database.rows(`select key, version, known from job`)).toEqual(before);
  });

  it('makes a job dirty again when a run of it alone has news', async () => {
    await store.log(runEvent({ at: 10 }));
    await foldAll(store);
    await store.database.rows(`update job set dirty_since = null, catalogued_version = version`);
    await store.log(runEvent({ at: 5, type: 'RUNNING', inputs: ['shop.late'] }));
    await foldAll(store);
    const jobs = await store.database.rows<{ dirty: boolean }>(
      `select dirty_since is not null and version > catalogued_version as dirty from job`,
    );
    expect(jobs).toEqual([{ dirty: true }]);
  });

  it('gives up an event that cannot be folded, and goes on', async () => {
    await store.log(runEvent({ run: 1 }), runEvent({ run: 2 }), runEvent({ run: 3 }));
    await store.database.rows(`update event set body = '{"no":"event"}' where ordering_key = $1`, [
      `run:${runIdOf(2)}`,
    ]);
    await foldAll(store);
    const runs = await store.database.rows(`select 1 from run`);
    expect(runs).toHaveLength(2);
    const letters = await store.database.rows(
      `select kind, ordering_key, reason->>'code' as code from dead_letter`,
    );
    expect(letters).toEqual([{ kind: 'fold', ordering_key: `run:${runIdOf(2)}`, code: 'request-invalid' }]);
  });

  it('gives up an event whose effect Postgres refuses, not those beside it', async () => {
    await store.database.rows(`alter table job add constraint refused check (key not like '%poison%')`);
    const events = [1, 2, 3, 4, 5].map((run) => runEvent({ run, job: run === 3 ? 'poison' : `job${run}` }));
    await store.log(...events);
    await foldAll(store);
    expect(await store.database.rows(`select 1 from job`)).toHaveLength(4);
    expect(await store.database.rows(`select 1 from run`)).toHaveLength(4);
    const letters = await store.database.rows<{ message: string }>(
      `select reason->>'message' as message from dead_letter`,
    );
    expect(letters).toHaveLength(1);
    expect(letters[0]?.message).toContain('cannot be stored');
  });

  it('gives up one event only when two workers have failed with it', async () => {
    await store.database.rows(`alter table job add constraint refused check (key not like '%poison%')`);
    // Of one run, so that they are in one stream.
    await store.log(runEvent({ job: 'poison' }), runEvent({ job: 'sound', at: 1 }));
    const failed = [await failureOfNext(), await failureOfNext()];
    const givenUp: boolean[] = [];
    for (const place of failed) givenUp.push(await giveUpNextEvent(store.database, place, new Error('no')));
    expect(givenUp).toEqual([true, false]);
    expect(await foldAll(store)).toBe(1);
    expect(await known<KnownJob>('job', entityKey('spec', 'sound'))).toBeDefined();
    expect(await store.database.rows(`select 1 from dead_letter`)).toHaveLength(1);
  });

  it('folds one by one what takes Postgres too long at once', async () => {
    await store.database.rows(
      `create function too_much() returns trigger language plpgsql as $$ begin
         if (select count(*) from added) > 1 then raise exception 'too slow' using errcode = '57014'; end if;
         return null;
       end $$`,
    );
    await store.database.rows(
      `create trigger slow after insert on run referencing new table as added
       for each statement execute function too_much()`,
    );
    await store.log(...Array.from({ length: 30 }, (_, run) => runEvent({ run })));
    expect(await foldAll(store)).toBe(30);
    expect(await store.database.rows(`select 1 from run`)).toHaveLength(30);
    expect(await store.database.rows(`select 1 from dead_letter`)).toEqual([]);
  });

  it('keeps characters that JSON of Postgres cannot hold from stopping it', async () => {
    await store.log(runEvent({ job: 'nul \u0000 and \ud800 half', inputs: ['shop.\u0000'] }));
    await foldAll(store);
    expect(await store.database.rows(`select 1 from dead_letter`)).toEqual([]);
    expect(await store.database.rows(`select 1 from job`)).toHaveLength(1);
  });

  it('gives the same when several workers fold hot rows at once', async () => {
    const events = Array.from({ length: 400 }, (_, n) =>
      runEvent({ run: n % 40, job: `job${n % 3}`, at: n, inputs: [`in${n % 5}`], outputs: [`out${n % 7}`] }),
    );
    for (let start = 0; start < events.length; start += 50)
      await store.log(...events.slice(start, start + 50));
    const stopping = new AbortController();
    const workers = [1, 2, 3].map(() => foldWorker(store, { events: 7, bytes: 1 << 20 }));
    const running = workers.map((worker) => worker.run(stopping.signal));
    await expect
      .poll(
        () =>
          store.database.rows(
            `select 1 from fold_cursor c join stream s using (stream) where c.position < s.position`,
          ),
        { timeout: 20_000 },
      )
      .toEqual([]);
    stopping.abort();
    await Promise.all(running);
    const concurrent = await everything();
    await forgetAll();
    await foldAll(store);
    expect(await everything()).toEqual(concurrent);
    expect(concurrent.run).toHaveLength(40);
  });
});

describe('retention of runs', () => {
  it('keeps the newest of a job and its current run, and forgets the others', async () => {
    await store.log(runEvent({ run: 0, type: 'COMPLETE', inputs: ['shop.raw'] }));
    await store.log(...Array.from({ length: 9 }, (_, n) => runEvent({ run: n + 1, at: n + 1 })));
    await foldAll(store);
    expect(await forgetOldRuns(store.database, { runsPerJob: 3, keepMs: 1e12 })).toBe(6);
    const runs = await store.database.rows<{ key: string }>(`select key from run order by key`);
    expect(runs.map(({ key }) => key)).toEqual([0, 7, 8, 9].map((run) => runKey(runIdOf(run))));
  });

  it('forgets runs that nobody has heard of for long, yet none that is catalogued', async () => {
    await store.log(
      runEvent({ run: 1, job: 'a' }),
      runEvent({ run: 2, job: 'b' }),
      runEvent({ run: 3, job: 'c' }),
    );
    await foldAll(store);
    await store.database.rows(`update run set changed_at = now() - interval '31 days' where key <> $1`, [
      runKey(runIdOf(1)),
    ]);
    await store.database.rows(`update run set catalogued_version = version where key = $1`, [
      runKey(runIdOf(2)),
    ]);
    await forgetOldRuns(store.database, { runsPerJob: 100, keepMs: 30 * 86_400_000 });
    const runs = await store.database.rows<{ key: string }>(`select key from run order by key`);
    expect(runs.map(({ key }) => key)).toEqual([1, 2].map((run) => runKey(runIdOf(run))));
  });
});

/** Where folding one event fails now. */
async function failureOfNext(): Promise<FoldPlace> {
  try {
    await foldNextBatch(store.database, { events: 1, bytes: 1 << 20 });
  } catch (error) {
    if (error instanceof FoldError) return error.place;
    throw error;
  }
  throw new Error('The next event was folded');
}

async function everything(): Promise<Record<string, unknown[]>> {
  const tables = ['job', 'run', 'dataset'];
  const rows = await Promise.all(
    tables.map((table) => store.database.rows(`select key, shard, known from ${table} order by key`)),
  );
  return Object.fromEntries(tables.map((table, index) => [table, rows[index] ?? []]));
}

async function forgetAll(): Promise<void> {
  await store.database.rows(`truncate job, run, dataset`);
  await store.database.rows(`update fold_cursor set position = 0`);
}
