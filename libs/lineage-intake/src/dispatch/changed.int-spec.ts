import type { ChangedEntities, ChangedOptions } from '@idaemon/integration-services';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldAll } from '../testing/fold-all.js';
import { lineageStore, type LineageStore } from '../testing/lineage-store.js';
import { dispatchOf, type Dispatch } from '../testing/listening.js';
import { runEvent, runIdOf } from '../testing/made-events.js';

let store: LineageStore;
let dispatch: Dispatch;
const stops: (() => void)[] = [];
beforeEach(async () => {
  store = await lineageStore();
  dispatch = dispatchOf(store);
});
afterEach(async () => {
  stops.splice(0).forEach((stop) => stop());
  await store.drop();
});

function changed(
  options?: ChangedOptions,
  instance?: Parameters<Dispatch['context']>[1],
  connector = 'cataloguer',
) {
  const { openLineage, stop } = dispatch.context(connector, instance);
  stops.push(stop);
  const pages = openLineage.changed(options)[Symbol.asyncIterator]();
  return {
    next: async (): Promise<ChangedEntities> => {
      const { value, done } = (await pages.next()) as IteratorResult<ChangedEntities, undefined>;
      if (done) throw new Error('No page came');
      return value;
    },
    pages,
    stop,
  };
}
const logAndFold = async (...events: object[]) => {
  await store.log(...events);
  await foldAll(store);
};
const dirty = async () => {
  const counts = ['job', 'run', 'dataset'].map((table) =>
    store.database.rows(`select 1 from ${table} where dirty_since is not null`),
  );
  return (await Promise.all(counts)).map((rows) => rows.length);
};

describe('what has changed', () => {
  it('is waited for no longer when the connector has to stop, however busy Postgres is', async () => {
    await logAndFold(runEvent());
    const { pages, stop } = changed();
    await store.database.transaction(async (sql) => {
      await sql.rows('lock table dataset in access exclusive mode');
      const asked = pages.next();
      await new Promise((resolve) => setImmediate(resolve));
      stop();
      expect(await asked).toEqual({ done: true, value: undefined });
    });
  });

  it('is given with all that a catalogue needs, and acknowledged when the next page is asked for', async () => {
    await logAndFold(
      runEvent({ run: 1, type: 'COMPLETE', inputs: ['shop.raw'], outputs: ['shop.orders'] }),
      runEvent({ run: 2, type: 'START', at: 60, inputs: ['shop.other'] }),
    );
    const { next, pages } = changed();
    const { jobs, runs, datasets } = await next();
    expect(jobs.map(({ known, currentRun }) => [known.name, currentRun?.runId])).toEqual([
      ['load', runIdOf(1)],
    ]);
    expect(runs.map(({ known, job }) => [known.runId, job?.name]).toSorted()).toEqual([
      [runIdOf(1), 'load'],
      [runIdOf(2), 'load'],
    ]);
    expect(datasets.map(({ known }) => known.name).toSorted()).toEqual([
      'shop.orders',
      'shop.other',
      'shop.raw',
    ]);
    expect(await dirty()).toEqual([1, 2, 3]);
    const following = next();
    await expect.poll(dirty).toEqual([0, 0, 0]);
    await logAndFold(runEvent({ run: 2, type: 'COMPLETE', at: 90 }));
    dispatch.wake();
    expect((await following).jobs.map(({ currentRun }) => currentRun?.runId)).toEqual([runIdOf(2)]);
    await pages.return?.();
  });

  it('comes again when it changed while it was catalogued, and when the cataloguer did not finish', async () => {
    await logAndFold(runEvent({ run: 1 }));
    const first = changed();
    await first.next();
    first.stop();
    const second = changed({}, { epoch: 2 });
    expect((await second.next()).jobs).toHaveLength(1);
    await logAndFold(runEvent({ run: 1, at: 5, type: 'COMPLETE' }));
    const { jobs, runs } = await second.next();
    expect([jobs.length, runs.map(({ known }) => known.state)]).toEqual([1, ['COMPLETE']]);
  });

  it('is cut into pages, the longest waiting first', async () => {
    for (const run of [1, 2, 3]) await logAndFold(runEvent({ run, job: `job${run}` }));
    const { next } = changed({ limit: 1 });
    const names = [];
    for (let page = 0; page < 3; page++) names.push(...(await next()).jobs.map(({ known }) => known.name));
    expect(names).toEqual(['job1', 'job2', 'job3']);
  });

  it('leaves out runs beyond the newest, and says which of those catalogued are to go', async () => {
    await logAndFold(...[1, 2, 3].map((run) => runEvent({ run, at: run })));
    const { next } = changed({ runsPerJob: 2 });
    const first = await next();
    expect(first.runs.map(({ known }) => known.runId).toSorted()).toEqual([runIdOf(2), runIdOf(3)]);
    expect(first.jobs[0]?.retiredRuns).toEqual([]);
    const following = next();
    await expect.poll(dirty).toEqual([0, 0, 0]);
    await logAndFold(runEvent({ run: 4, at: 4 }));
    dispatch.wake();
    const second = await following;
    expect(second.runs.map(({ known }) => known.runId)).toEqual([runIdOf(4)]);
    expect(second.jobs[0]?.retiredRuns.map(({ runId }) => runId)).toEqual([runIdOf(2)]);
    next().catch(() => undefined);
    await expect
      .poll(() => store.database.rows(`select 1 from run where catalogued_version > 0`))
      .toHaveLength(2);
  });

  it('is split among the parts of a connector, a run with its job', async () => {
    await logAndFold(...Array.from({ length: 40 }, (_, n) => runEvent({ run: n, job: `job${n}` })));
    const pages = await Promise.all([0, 1, 2, 3].map((shard) => changed({}, { shard, shards: 4 }).next()));
    const jobs = pages.map((page) => page.jobs.map(({ known }) => known.name));
    expect(new Set(jobs.flat()).size).toBe(40);
    for (const [index, page] of pages.entries()) {
      expect(jobs[index]?.length).toBeGreaterThan(0);
      expect(page.runs.map(({ known }) => known.job.name).toSorted()).toEqual(jobs[index]?.toSorted());
    }
  });
});

describe('all that is known', () => {
  it('is read in pages, acknowledged or not, and ends', async () => {
    await logAndFold(
      ...Array.from({ length: 7 }, (_, n) =>
        runEvent({ run: n, job: `job${n % 3}`, at: n, type: 'COMPLETE', inputs: [`in${n}`] }),
      ),
    );
    await store.database.rows(`update job set dirty_since = null`);
    const { openLineage, stop } = dispatch.context('cataloguer');
    stops.push(stop);
    const pages: ChangedEntities[] = [];
    for await (const page of openLineage.known({ limit: 2, runsPerJob: 1 })) pages.push(page);
    const datasets = pages.flatMap((page) => page.datasets.map(({ known }) => known.name));
    expect(datasets.toSorted()).toEqual(Array.from({ length: 7 }, (_, n) => `in${n}`));
    const jobs = pages.flatMap((page) =>
      page.jobs.map(({ known, currentRun }) => [known.name, currentRun?.runId]),
    );
    expect(jobs.toSorted()).toEqual([
      ['job0', runIdOf(6)],
      ['job1', runIdOf(4)],
      ['job2', runIdOf(5)],
    ]);
    expect(pages.flatMap((page) => page.runs)).toHaveLength(3);
    expect(pages.every((page) => page.jobs.length <= 2 && page.datasets.length <= 2)).toBe(true);
  });
});

describe('whoever catalogues', () => {
  it('is refused its acknowledgement once a newer owner is there', async () => {
    await logAndFold(runEvent());
    const old = changed();
    await old.next();
    await changed({}, { epoch: 2 }).next();
    await expect(old.next()).rejects.toMatchObject({ code: 'ownership-lost', epoch: 2 });
    expect(await dirty()).toEqual([1, 1, 0]);
  });

  it('is one connector at a time; the next catalogues everything anew', async () => {
    await logAndFold(runEvent());
    const first = changed();
    await first.next();
    const acknowledged = first.next();
    acknowledged.catch(() => undefined);
    await expect.poll(dirty).toEqual([0, 0, 0]);
    await expect(changed({}, {}, 'other').next()).rejects.toMatchObject({ code: 'configuration-invalid' });
    await store.database.rows(`update cataloguer set seen_at = now() - interval '11 minutes'`);
    expect((await changed({}, {}, 'other').next()).jobs).toHaveLength(1);
  });
});
