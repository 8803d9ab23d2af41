import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metadataMessages, type Graph, type List, type Relationship } from '@idaemon/contracts';
import { SeededStore } from '../testing/seeded-store.js';
import { embeddedReader } from './embedded-reader.js';

let store: SeededStore;
let guids: Record<string, string>;
let read: ReturnType<typeof embeddedReader>;

beforeAll(async () => {
  store = await SeededStore.open();
  const { database } = store;
  const rewrite = () => Promise.reject(new Error('nothing is written here'));
  read = embeddedReader({ reading: database, writing: database, rewrite });
  guids = await store.elements(
    { name: 'raw', type: 'DataSet' },
    { name: 'load', type: 'DeployedSoftwareComponent' },
    { name: 'clean', type: 'DataSet' },
    { name: 'report job', type: 'DeployedSoftwareComponent' },
    { name: 'report', type: 'DataSet' },
    { name: 'other', type: 'DataSet' },
    { name: 'folder', type: 'FileFolder' },
  );
  await store.relate('DataFlow', 'raw', 'load');
  await store.relate('DataFlow', 'load', 'clean', { formula: 'x' });
  // End 1 is the process here: data flows from the asset at end 2.
  await store.relate('ProcessInput', 'report job', 'clean');
  await store.relate('ProcessOutput', 'report job', 'report');
  await store.relate('DataFlow', 'raw', 'other');
  await store.relate('LineageMapping', 'report', 'raw');
  await store.relate('NestedFile', 'folder', 'raw');
  await store.relate('DataFlow', 'other', 'other');
});
afterAll(() => store.close());

const guid = (name: string) => guids[name] ?? '';
const relationships = (query: object) =>
  read.relationships(metadataMessages.relationships.request.parse(query)) as Promise<List<Relationship>>;
const lineage = async (name: string, options: object = {}) => {
  const node = { type: 'Asset', qualifiedName: name };
  return await read.lineage(metadataMessages.lineage.request.parse({ node, ...options }));
};
const names = (graph: Graph) => graph.elements.map((element) => element.qualifiedName);

describe('the relationships of an element', () => {
  it('are found from both of its ends, with the headers of the ends', async () => {
    const { items, total, next } = await relationships({ guid: guid('load') });
    expect({ total, next }).toEqual({ total: 2, next: null });
    expect(items).toMatchObject([
      {
        type: 'DataFlow',
        end1: { qualifiedName: 'raw' },
        end2: { guid: guid('load') },
        source: 'landing-zone',
      },
      { end1: { qualifiedName: 'load', type: 'DeployedSoftwareComponent' }, properties: { formula: 'x' } },
    ]);
  });

  it('are counted once when it relates to itself', async () => {
    expect(await relationships({ guid: guid('other') })).toMatchObject({ total: 2 });
  });

  it('are filtered by type and read page by page', async () => {
    expect(await relationships({ guid: guid('raw'), type: 'DataFlow' })).toMatchObject({ total: 2 });
    const first = await relationships({ guid: guid('raw'), pageSize: 3 });
    const second = await relationships({ guid: guid('raw'), pageSize: 3, cursor: first.next });
    expect(first.total).toBe(4);
    expect([...first.items, ...second.items]).toEqual((await relationships({ guid: guid('raw') })).items);
  });

  it('of an unknown type or element are refused with the reason', async () => {
    await expect(relationships({ guid: guid('raw'), type: 'DataFlw' })).rejects.toMatchObject({
      code: 'request-invalid',
      errors: [{ path: 'type', message: 'did you mean DataFlow?' }],
    });
    await expect(relationships({ guid: '00000000-0000-4000-8000-000000000000' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('lineage', () => {
  it('follows data downstream and upstream whichever end it flows from, through circles', async () => {
    const downstream = await lineage('raw', { direction: 'downstream' });
    expect(names(downstream)).toEqual(['raw', 'load', 'other', 'clean', 'report job', 'report']);
    expect(downstream.relationships).toHaveLength(7);
    expect(downstream.truncated).toBe(false);
    const upstream = await lineage('report', { direction: 'upstream', depth: 3 });
    expect(names(upstream)).toEqual(['report', 'report job', 'clean', 'load']);
  });

  it('leaves out what is only contained or described', async () => {
    expect(names(await lineage('raw', { depth: 50 }))).not.toContain('folder');
  });

  it('goes no further than its depth and its limit, and says so', async () => {
    expect(names(await lineage('raw', { direction: 'downstream', depth: 1 }))).toEqual([
      'raw',
      'load',
      'other',
    ]);
    const cut = await lineage('raw', { direction: 'downstream', limit: 2 });
    expect(cut).toMatchObject({ truncated: true });
    expect(cut.elements).toHaveLength(2);
  });

  it('of an unknown thing is refused with its name', async () => {
    await expect(lineage('nothing')).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('nothing') as string,
    });
  });
});

describe('the neighbourhood', () => {
  it('holds everything within some relationships of whatever type', async () => {
    const near = await read.neighbourhood({ guid: guid('folder'), depth: 2, limit: 100 });
    expect(names(near).sort()).toEqual(['folder', 'load', 'other', 'raw', 'report']);
    expect(near.relationships.map(({ type }) => type).sort()).toEqual([
      'DataFlow',
      'DataFlow',
      'LineageMapping',
      'NestedFile',
    ]);
  });
});
