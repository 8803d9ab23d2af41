import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldAll } from '../testing/fold-all.js';
import { lineageStore, type LineageStore } from '../testing/lineage-store.js';
import { runEvent, runIdOf } from '../testing/made-events.js';
import { followJobs } from './job-uses.js';
import { MarquezReads } from './marquez-reads.js';

type Shape = Record<string, unknown>;

const postgres = 'postgres://db:5432';
let store: LineageStore;
let reads: MarquezReads;

beforeAll(async () => {
  store = await lineageStore();
  reads = new MarquezReads(store.database);
  await store.log(
    runEvent({ run: 1, job: 'extract', outputs: ['raw'] }),
    runEvent({ run: 1, job: 'extract', type: 'COMPLETE', at: 5 }),
    {
      ...withColumns(
        runEvent({ run: 2, job: 'clean', type: 'COMPLETE', inputs: ['raw'], outputs: ['orders'], at: 10 }),
      ),
    },
    runEvent({ run: 3, job: 'report', type: 'FAIL', inputs: ['orders'], outputs: ['s:a:les'], at: 20 }),
    { eventTime: '2026-11-21T10:00:00Z', job: { namespace: 'other', name: 'lonely' } },
  );
  await foldAll(store);
  while ((await followJobs(store.database)) > 0);
});
afterAll(() => store.drop());

function withColumns(event: ReturnType<typeof runEvent>) {
  const inputFields = [{ namespace: postgres, name: 'raw', field: 'id' }];
  const fields = {
    id: { inputFields, transformationType: 'IDENTITY', transformationDescription: 'as it is' },
  };
  const [output] = event.outputs;
  return { ...event, outputs: [{ ...output, facets: { ...output?.facets, columnLineage: { fields } } }] };
}

const graphOf = (answer: object) => (answer as { graph: Shape[] }).graph;
const ids = (answer: object) =>
  graphOf(answer)
    .map(({ id }) => id)
    .sort();

describe('lists', () => {
  it('name each namespace of jobs and datasets once', async () => {
    expect(await reads.namespaces({})).toMatchObject({
      namespaces: [{ name: 'other' }, { name: postgres }, { name: 'spec' }],
    });
    expect(await reads.namespaces({ limit: '1', offset: '2' })).toMatchObject({
      namespaces: [{ name: 'spec' }],
    });
    expect(await reads.namespace({ namespace: postgres })).toMatchObject({ name: postgres });
    await expect(reads.namespace({ namespace: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('hold the jobs of a namespace with their datasets and newest run, page by page', async () => {
    const { jobs, totalCount } = (await reads.jobs({ namespace: 'spec' }, {})) as {
      jobs: Shape[];
      totalCount: number;
    };
    expect([totalCount, jobs.map(({ name }) => name)]).toEqual([3, ['clean', 'extract', 'report']]);
    expect(jobs[0]).toMatchObject({
      id: { namespace: 'spec', name: 'clean' },
      type: 'BATCH',
      inputs: [{ namespace: postgres, name: 'raw' }],
      outputs: [{ namespace: postgres, name: 'orders' }],
      latestRun: { id: runIdOf(2), state: 'COMPLETED' },
    });
    expect(await reads.jobs({ namespace: 'spec' }, { limit: '1', offset: '1' })).toMatchObject({
      jobs: [{ name: 'extract' }],
      totalCount: 3,
    });
  });

  it('hold the datasets of a namespace with their fields', async () => {
    expect(await reads.datasets({ namespace: postgres }, { limit: '1' })).toMatchObject({
      datasets: [{ type: 'DB_TABLE', name: 'orders', fields: [{ name: 'id', type: 'int' }] }],
      totalCount: 3,
    });
  });

  it('refuse a page that is none', async () => {
    await expect(reads.namespaces({ limit: '-1' })).rejects.toMatchObject({ errors: [{ path: 'limit' }] });
  });
});

describe('one thing', () => {
  it('is found by its name, or said to be unknown', async () => {
    expect(await reads.job({ namespace: 'spec', job: 'report' })).toMatchObject({
      latestRun: { state: 'FAILED' },
    });
    expect(await reads.dataset({ namespace: postgres, dataset: 'raw' })).toMatchObject({
      sourceName: postgres,
    });
    await expect(reads.job({ namespace: 'spec', job: 'x' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is a run with its times', async () => {
    const { runs } = (await reads.runs({ namespace: 'spec', job: 'extract' }, {})) as { runs: Shape[] };
    expect(runs).toMatchObject([{ id: runIdOf(1), state: 'COMPLETED', durationMs: 5_000 }]);
    expect(await reads.run({ run: runIdOf(1) })).toEqual(runs[0]);
    await expect(reads.run({ run: 'none' })).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is the one version of a dataset that is kept', async () => {
    const { versions } = (await reads.datasetVersions({ namespace: postgres, dataset: 'orders' }, {})) as {
      versions: Shape[];
    };
    const { currentVersion } = (await reads.dataset({ namespace: postgres, dataset: 'orders' })) as Shape;
    expect(versions).toMatchObject([{ version: currentVersion, name: 'orders' }]);
  });
});

describe('the graph', () => {
  it('holds what is upstream and downstream of a job', async () => {
    const answer = await reads.lineage({ nodeId: 'job:spec:clean' });
    expect(ids(answer)).toEqual([
      `dataset:${postgres}:orders`,
      `dataset:${postgres}:raw`,
      `dataset:${postgres}:s:a:les`,
      'job:spec:clean',
      'job:spec:extract',
      'job:spec:report',
    ]);
    expect(graphOf(answer).find(({ id }) => id === 'job:spec:clean')).toMatchObject({
      type: 'JOB',
      inEdges: [{ origin: `dataset:${postgres}:raw`, destination: 'job:spec:clean' }],
      outEdges: [{ origin: 'job:spec:clean', destination: `dataset:${postgres}:orders` }],
    });
  });

  it('is as deep as asked, and begins at a dataset whose name has colons, too', async () => {
    expect(ids(await reads.lineage({ nodeId: 'job:spec:clean', depth: '1' }))).toHaveLength(3);
    const answer = await reads.lineage({ nodeId: `dataset:${postgres}:s:a:les`, depth: '1' });
    expect(ids(answer)).toEqual([`dataset:${postgres}:s:a:les`, 'job:spec:report']);
    expect(ids(await reads.lineage({ nodeId: 'job:other:lonely' }))).toEqual(['job:other:lonely']);
    await expect(reads.lineage({ nodeId: 'job:spec:x' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(reads.lineage({ nodeId: 'clean' })).rejects.toMatchObject({ code: 'request-invalid' });
  });

  it('follows a job that uses other datasets now', async () => {
    await store.log(runEvent({ run: 9, job: 'moving', type: 'COMPLETE', inputs: ['raw'], at: 30 }));
    await foldAll(store);
    await followJobs(store.database);
    await store.log(runEvent({ run: 10, job: 'moving', type: 'COMPLETE', inputs: ['elsewhere'], at: 40 }));
    await foldAll(store);
    await followJobs(store.database);
    const answer = await reads.lineage({ nodeId: 'job:spec:moving' });
    expect(ids(answer)).toEqual([`dataset:${postgres}:elsewhere`, 'job:spec:moving']);
    expect(await followJobs(store.database)).toBe(0);
  });

  it('of columns says where a column comes from, and where it goes when asked', async () => {
    const node = `datasetField:${postgres}:orders:id`;
    const answer = await reads.columnLineage({ nodeId: node });
    expect(graphOf(answer)).toMatchObject([
      {
        id: node,
        type: 'DATASET_FIELD',
        data: {
          field: 'id',
          fieldType: 'int',
          transformationType: 'IDENTITY',
          inputFields: [{ namespace: postgres, dataset: 'raw', field: 'id' }],
        },
        inEdges: [{ origin: node, destination: `datasetField:${postgres}:raw:id` }],
        outEdges: [],
      },
      { id: `datasetField:${postgres}:raw:id`, outEdges: [{ destination: node }] },
    ]);
    expect(ids(await reads.columnLineage({ nodeId: `dataset:${postgres}:raw` }))).toHaveLength(1);
    const downstream = await reads.columnLineage({
      nodeId: `dataset:${postgres}:raw`,
      withDownstream: 'true',
    });
    expect(ids(downstream)).toEqual([node, `datasetField:${postgres}:raw:id`]);
  });
});

it('searching finds jobs and datasets by a part of their names', async () => {
  expect(await reads.search({ q: 'OR' })).toMatchObject({
    totalCount: 2,
    results: [
      { type: 'DATASET', name: 'orders', nodeId: `dataset:${postgres}:orders` },
      { type: 'JOB', name: 'report' },
    ],
  });
  expect(await reads.search({ q: 'or', filter: 'JOB' })).toMatchObject({ totalCount: 1 });
});

describe('events', () => {
  it('are listed as they were sent, the newest first', async () => {
    const exact =
      '{ "eventTime":"2026-11-21T11:00:00Z", "job":{"namespace":"exact","name":"a"}, "n": 4657867867867867867 }';
    await store.log(exact);
    const text = await reads.events({ limit: '2' });
    expect(text).toContain(exact);
    const { events } = JSON.parse(text) as { events: { job: { name: string } }[] };
    expect(events).toHaveLength(2);
    expect(events[0]?.job.name).toBe('a');
    const oldest = JSON.parse(await reads.events({ limit: '1', sortDirection: 'asc' })) as {
      events: Shape[];
    };
    expect(oldest.events).not.toEqual([events[0]]);
    expect(JSON.parse(await reads.events({ before: '2020-01-01T00:00:00Z' }))).toMatchObject({ events: [] });
  });

  it('are asked for by times as Postgres understands them, or it is told that they are none', async () => {
    expect(JSON.parse(await reads.events({ after: 'Jan 5 2099 (GMT)' }))).toMatchObject({ events: [] });
    for (const before of ['never', '+012026-01-01T00:00:00Z', '-000001-01-01T00:00:00Z', '0000-01-01']) {
      await expect(reads.events({ before })).rejects.toMatchObject({ code: 'request-invalid' });
    }
  });

  it('are followed from the last ones on, each once', async () => {
    const first = JSON.parse(await reads.events({ last: '1' })) as { events: Shape[]; next: string };
    expect(first.events).toHaveLength(1);
    expect(JSON.parse(await reads.events({ cursor: first.next }))).toMatchObject({ events: [] });
    await store.log(runEvent({ run: 20, job: 'followed' }), runEvent({ run: 21, job: 'followed' }));
    const second = JSON.parse(await reads.events({ cursor: first.next, namespace: 'spec' })) as typeof first;
    expect(second.events).toHaveLength(2);
    expect(JSON.parse(await reads.events({ cursor: second.next }))).toMatchObject({ events: [] });
    const none = ['{"01":0}', '{"9999":0}', '{"1":-1}'].map((text) =>
      Buffer.from(text).toString('base64url'),
    );
    for (const cursor of ['x', ...none]) {
      await expect(reads.events({ cursor })).rejects.toMatchObject({ code: 'request-invalid' });
    }
  });
});
