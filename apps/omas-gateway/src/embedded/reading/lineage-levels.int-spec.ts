import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metadataMessages, type Graph } from '@idaemon/contracts';
import { SeededStore } from '../testing/seeded-store.js';
import { embeddedReader } from './embedded-reader.js';

let store: SeededStore;
let read: ReturnType<typeof embeddedReader>;

beforeAll(async () => {
  store = await SeededStore.open();
  const { database } = store;
  const rewrite = () => Promise.reject(new Error('nothing is written here'));
  read = embeddedReader({ reading: database, writing: database, rewrite });
  await store.elements(
    ...['orders', 'totals'].flatMap((table) => [
      { name: table, type: 'RelationalTable' },
      { name: `${table}.id`, type: 'RelationalColumn' },
      { name: `${table}.amount`, type: 'RelationalColumn' },
    ]),
    { name: 'export', type: 'CSVFile' },
    { name: 'export schema', type: 'TabularSchemaType' },
    { name: 'export.sum', type: 'TabularFileColumn' },
    { name: 'sum up', type: 'DeployedSoftwareComponent' },
    { name: 'run 1 of sum up', type: 'TransientEmbeddedProcess' },
  );
  for (const table of ['orders', 'totals']) {
    await store.relate('NestedSchemaAttribute', table, `${table}.id`);
    await store.relate('NestedSchemaAttribute', table, `${table}.amount`);
  }
  await store.relate('AssetSchemaType', 'export', 'export schema');
  await store.relate('AttributeForSchema', 'export schema', 'export.sum');
  await store.relate('DataFlow', 'orders', 'sum up');
  await store.relate('DataFlow', 'orders', 'run 1 of sum up');
  await store.relate('DataFlow', 'sum up', 'totals');
  await store.relate('DataFlow', 'totals', 'export');
  await store.relate('DataFlow', 'orders.amount', 'totals.amount', { formula: 'sum(amount)' });
  await store.relate('DataFlow', 'totals.amount', 'export.sum');
  await store.relate('ProcessHierarchy', 'sum up', 'run 1 of sum up');
});
afterAll(() => store.close());

const downstream = (name: string, options: object = {}): Promise<Graph> => {
  const node = { type: 'Referenceable', qualifiedName: name };
  return Promise.resolve(
    read.lineage(metadataMessages.lineage.request.parse({ node, direction: 'downstream', ...options })),
  );
};
const names = (graph: Graph) => graph.elements.map((element) => element.qualifiedName);

describe('lineage of columns', () => {
  it('begins with the columns that a table or file holds', async () => {
    const graph = await downstream('orders', { level: 'column' });
    expect(names(graph).sort()).toEqual(['export.sum', 'orders.amount', 'orders.id', 'totals.amount']);
    expect(graph.relationships).toMatchObject([{ properties: { formula: 'sum(amount)' } }, {}]);
    const upstream = await downstream('export', { level: 'column', direction: 'upstream' });
    expect(names(upstream)).toEqual(['export.sum', 'totals.amount', 'orders.amount']);
  });

  it('begins with a column itself', async () => {
    const graph = await downstream('totals.amount', { level: 'column' });
    expect(names(graph)).toEqual(['totals.amount', 'export.sum']);
  });

  it('is that of the element itself where it has no columns', async () => {
    expect(names(await downstream('sum up', { level: 'column' }))).toEqual(['sum up', 'totals', 'export']);
  });
});

it('lineage of tables begins with the table or file that holds a column', async () => {
  const ofColumn = await downstream('orders.id', { level: 'table' });
  expect(names(ofColumn)).toEqual(['orders', 'sum up', 'totals', 'export']);
  expect(names(await downstream('export.sum', { level: 'table' }))).toEqual(['export']);
});

it('runs are left out unless they are asked for', async () => {
  expect(names(await downstream('orders', { depth: 1 }))).toEqual(['orders', 'sum up']);
  const withRuns = await downstream('sum up', { depth: 1, includeRuns: true });
  expect(names(withRuns)).toEqual(['sum up', 'totals', 'run 1 of sum up']);
});
