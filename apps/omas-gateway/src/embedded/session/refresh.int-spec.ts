import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { file, folder, inFolder, underFolder, WritingStore } from '../testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
afterAll(() => store.close());

const tree = () => [
  folder('root'),
  folder('root/sub', underFolder('root')),
  ...['a', 'b', 'c'].map((name) => file(`root/${name}`, inFolder('root'))),
];

describe('a refresh', () => {
  it('creates what is new, with its place in the tree', async () => {
    const report = await store.refresh(tree());
    expect(report).toMatchObject({
      outcome: 'succeeded',
      counts: { created: 5, updated: 0, removed: 0, unchanged: 0, failed: 0 },
    });
    expect((await store.elements())['root/a']).toMatchObject({ type: 'CSVFile', version: 1, parent: 'root' });
    expect(await store.relationships()).toContain('FolderHierarchy: root → root/sub');
  });

  it('writes no row when nothing has changed', async () => {
    const rows = async () => ({
      xmin: await store.database.rows('select id, xmin::text, ctid::text from element order by id'),
      links: await store.database.rows('select id, xmin::text from relationship order by id'),
      history: await store.count('element_history'),
      feed: await store.count('change_feed'),
    });
    const before = await rows();
    for (const isUnprobed of [false, true]) {
      const report = await store.refresh(tree(), { isUnprobed });
      expect(report.counts).toEqual({ created: 0, updated: 0, removed: 0, unchanged: 5, failed: 0 });
    }
    expect(await rows()).toEqual(before);
  });

  it('writes only what differs and keeps the old version', async () => {
    const changed = tree().map((element) =>
      element.qualifiedName === 'root/b' ? { ...element, properties: { name: 'other' } } : element,
    );
    const report = await store.refresh(changed);
    expect(report.counts).toMatchObject({ updated: 1, unchanged: 4 });
    expect((await store.elements())['root/b']).toMatchObject({ version: 2, properties: { name: 'other' } });
    const history = await store.database.rows('select version, properties, ended_by from element_history');
    expect(history).toEqual([{ version: 1, properties: { name: 'root/b' }, ended_by: 'landing-zone' }]);
  });

  it('removes what is missing', async () => {
    const report = await store.refresh(tree().slice(0, -1));
    expect(report).toMatchObject({ outcome: 'succeeded', counts: { removed: 1 } });
    expect(await store.names()).toEqual(['root', 'root/a', 'root/b', 'root/sub']);
    expect(await store.relationships()).not.toContain('NestedFile: root → root/c');
    expect((await store.feedKinds()).at(-1)).toBe('removed root/c');
  });
});
