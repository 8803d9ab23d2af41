import { addToFold, emptyFold, readEvent, type Fold } from '@idaemon/open-lineage';
import { expect, it } from 'vitest';
import { cataloguerConfig } from './config.js';
import { datasetElements } from './dataset-elements.js';
import { jobElements } from './job-elements.js';
import { runElement } from './run-elements.js';

const orders = { namespace: 'postgres://db:5432', name: 'shop.public.orders' };
const raw = { namespace: 's3://bucket', name: 'raw/orders.csv' };
const runId = '0190a1f0-0000-7000-8000-000000000001';
const config = cataloguerConfig.parse({});
const fields = [
  { name: 'id', type: 'int' },
  { name: 'address', type: 'struct', fields: [{ name: 'city.name', type: 'text' }] },
];

function folded(...events: object[]): Fold {
  const fold = emptyFold();
  for (const event of events) addToFold(fold, readEvent(Buffer.from(JSON.stringify(event))));
  return fold;
}

const datasetIn = (...events: object[]) => datasetElements([...folded(...events).datasets.values()][0]!);

function jobIn(...events: object[]) {
  const { jobs, runs } = folded(...events);
  const [key, known] = [...jobs][0]!;
  const [currentRun] = runs.values();
  return jobElements({ key, known, currentRun, retiredRuns: [] }, config);
}

const event = (more: object) => ({ eventTime: '2026-11-21T10:00:00Z', ...more });
const complete = (more: object = {}) =>
  event({ eventType: 'COMPLETE', run: { runId }, job: { namespace: 'etl', name: 'load' }, ...more });

it('makes hearsay of a table, under the name that its owner gives it, with its fields', () => {
  const {
    elements,
    complete: pruned,
    ownership,
  } = datasetIn(
    event({
      dataset: {
        ...orders,
        facets: {
          schema: { fields: [...fields, fields[0]] },
          ownership: { owners: [{ name: 'team:sales', type: 'MAINTAINER' }] },
          tags: {
            tags: [
              { key: 'pii', value: 'true', field: 'id' },
              { key: 'gold', value: 'yes' },
            ],
          },
        },
      },
    }),
  );
  expect(elements).toMatchObject([
    {
      tables: {
        isTentative: true,
        qualifiedName: 'RelationalTable::db:5432/shop.public.orders',
        locators: [orders],
        displayName: 'orders',
        additionalProperties: {
          database: 'shop',
          schema: 'public',
          'tag.gold': 'yes',
          owners: 'team:sales (MAINTAINER)',
        },
      },
    },
    {
      columns: {
        qualifiedName: 'RelationalColumn::db:5432/shop.public.orders.id',
        locators: [{ namespace: orders.namespace, name: 'shop.public.orders#/id' }],
        parent: { tables: { locator: orders } },
        additionalProperties: { 'tag.pii': 'true' },
      },
    },
    { columns: { qualifiedName: 'RelationalColumn::db:5432/shop.public.orders.address' } },
    {
      columns: {
        qualifiedName: 'RelationalColumn::db:5432/shop.public.orders.address."city.name"',
        displayName: 'city.name',
      },
    },
  ]);
  expect(elements).toHaveLength(4);
  expect(pruned.map(({ keep }) => keep.length)).toEqual([2, 1]);
  expect(ownership).toEqual({ owner: 'sales', ownerTypeName: 'Team', ownerPropertyName: 'name' });
});

it('leaves the columns of a dataset alone whose event has no schema', () => {
  expect(datasetIn(event({ dataset: orders })).complete).toEqual([]);
});

it('keeps a dropped dataset as a memory until more is heard of it', () => {
  const drop = { dataset: { ...orders, facets: { lifecycleStateChange: { lifecycleStateChange: 'DROP' } } } };
  expect(datasetIn(event(drop)).elements[0]).toHaveProperty(
    'tables.classifications.Memento.archiveDate',
    '2026-11-21T10:00:00.000Z',
  );
  const later = { eventTime: '2026-11-21T11:00:00Z', dataset: orders };
  expect(datasetIn(event(drop), later).elements[0]).not.toHaveProperty('tables.classifications.Memento');
});

it('lets data flow from inputs into the job and on into outputs, and tells its code, parent and source', () => {
  const job = {
    ...{ namespace: 'etl', name: 'load' },
    facets: {
      sql: { query: 'select 1', dialect: 'postgres' },
      jobType: { processingType: 'BATCH', integration: 'DBT', jobType: 'MODEL' },
      documentation: { description: 'Loads' },
      sourceCodeLocation: { type: 'git', url: 'https://git/x.sql' },
    },
  };
  const parent = { run: { runId }, job: { namespace: 'etl', name: 'dag' } };
  const { elements, ports } = jobIn(
    complete({ job, run: { runId, facets: { parent } }, inputs: [raw], outputs: [orders] }),
  );
  expect(elements[0]).toMatchObject({
    processes: {
      ...{ typeName: 'DeployedSoftwareComponent', qualifiedName: 'OpenLineageJob::etl::load', name: 'load' },
      ...{
        formula: 'select 1',
        formulaType: 'postgres',
        implementationLanguage: 'SQL',
        description: 'Loads',
      },
      deployedImplementationType: 'DBT MODEL',
      relationships: {
        DataFlow: [{ from: { locator: raw } }, { to: { locator: orders } }],
        ProcessHierarchy: [{ from: { qualifiedName: 'OpenLineageJob::etl::dag' } }],
      },
    },
  });
  expect(ports).toHaveLength(2);
  expect(elements.at(-1)).toMatchObject({ externalReferences: { url: 'https://git/x.sql' } });
});

it('tells links of columns with their job and transformation', () => {
  const inputFields = [
    { ...raw, field: 'id', transformations: [{ type: 'DIRECT', subtype: 'IDENTITY', masking: true }] },
  ];
  const facets = { columnLineage: { fields: { id: { inputFields } } } };
  const { flows } = jobIn(complete({ inputs: [raw], outputs: [{ ...orders, facets }] }));
  expect(flows).toEqual([
    {
      end1: {
        typeName: 'SchemaAttribute',
        qualifiedName: 'TabularFileColumn::s3://bucket/raw/orders.csv::id',
        locator: { namespace: 's3://bucket', name: 'raw/orders.csv#/id' },
      },
      end2: {
        typeName: 'SchemaAttribute',
        qualifiedName: 'RelationalColumn::db:5432/shop.public.orders.id',
        locator: { namespace: orders.namespace, name: 'shop.public.orders#/id' },
      },
      properties: {
        qualifiedName: 'OpenLineageJob::etl::load',
        ...{ formula: 'DIRECT/IDENTITY, masked', formulaType: 'OpenLineage' },
      },
    },
  ]);
});

it('declares the flows of a job with very many datasets beside it, without ports', () => {
  const inputs = Array.from({ length: 500 }, (_, n) => ({ ...raw, name: `raw/${n}.csv` }));
  const { elements, flows, ports } = jobIn(complete({ inputs }));
  expect([elements.length, flows.length, ports.length]).toEqual([1, 500, 0]);
});

it('tells of a run how it went, what it wrote and which checks failed', () => {
  const assertions = [
    { assertion: 'not_null', success: false, column: 'id' },
    { assertion: 'unique', success: true },
  ];
  const { runs } = folded(
    complete({
      inputs: [{ ...raw, inputFacets: { dataQualityAssertions: { assertions } } }],
      outputs: [{ ...orders, outputFacets: { outputStatistics: { rowCount: 7, size: 70 } } }],
    }),
  );
  expect(runElement([...runs.values()][0]!)).toMatchObject({
    processes: {
      ...{ typeName: 'TransientEmbeddedProcess', qualifiedName: `OpenLineageRun::${runId}` },
      additionalProperties: {
        state: 'COMPLETE',
        'output.shop.public.orders.rowCount': '7',
        'input.raw/orders.csv.checks': '1 of 2 passed; failed: not_null (id)',
      },
    },
  });
});

it('leaves code out where the configuration says so', () => {
  const { jobs } = folded(
    complete({ job: { namespace: 'etl', name: 'load', facets: { sql: { query: 'x' } } } }),
  );
  const known = [...jobs.values()][0]!;
  const job = { key: 'k', known, currentRun: undefined, retiredRuns: [] };
  expect(jobElements(job, { ...config, sourceCode: false }).elements[0]).not.toHaveProperty(
    'processes.formula',
  );
});
