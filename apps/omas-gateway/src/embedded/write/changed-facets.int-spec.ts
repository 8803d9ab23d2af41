import type { Change, ElementWrite } from '@idaemon/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { file, folder, inFolder, WritingStore } from '../testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
beforeEach(async () => {
  await store.clear();
  await store.database.rows('truncate change_feed');
});
afterAll(() => store.close());

const named = (qualifiedName: string) => ({ type: 'Referenceable', qualifiedName });
const flow = (operation: 'relate' | 'unrelate', end1: string, end2: string): Change => {
  const change = { type: 'DataFlow', end1: named(end1), end2: named(end2) };
  return operation === 'relate' ? { operation, ...change, properties: {} } : { operation, ...change };
};
const flowingTo = (...names: string[]): Partial<ElementWrite> => ({
  relationships: names.map((name) => ({ type: 'DataFlow', otherEnd: 2 as const, other: named(name) })),
});
/** What the feed has got since it was asked the last time, with the source that the element has. */
async function news(): Promise<string[]> {
  const rows = await store.database.rows<{ text: string }>(
    `with news as (delete from change_feed returning *)
     select n.kind || ' ' || n.qualified_name || ' of ' || s.qualified_name || ' by ' || n.connector as text
     from news n join metadata_source s on s.id = n.source_id order by n.position`,
  );
  return rows.map(({ text }) => text);
}

describe('what the change feed says of relationships and classifications', () => {
  it('a relationship is a change of both its ends, in their own sources', async () => {
    await store.refresh([file('a')], { connector: 'ours' });
    await store.refresh([file('b')], { connector: 'theirs' });
    await news();
    await store.change([flow('relate', 'a', 'b')], { connector: 'lineage' });
    const both = ['updated a of ours by lineage', 'updated b of theirs by lineage'];
    expect(await news()).toEqual(both);
    await store.change([flow('relate', 'a', 'b')], { connector: 'lineage' });
    expect(await news()).toEqual([]);
    await store.change([flow('unrelate', 'a', 'b')], { connector: 'lineage' });
    expect(await news()).toEqual(both);
    await store.change([flow('unrelate', 'a', 'b'), flow('relate', 'a', 'none')], { connector: 'lineage' });
    expect(await news()).toEqual(['updated a of ours by lineage']);
  });

  it('a classification is a change of its element', async () => {
    await store.refresh([file('a')], { connector: 'ours' });
    await news();
    const classify: Change = {
      operation: 'classify',
      element: named('a'),
      name: 'Confidentiality',
      properties: { levelIdentifier: 3 },
    };
    await store.change([classify, classify], { connector: 'steward' });
    expect(await news()).toEqual(['updated a of ours by steward']);
    const declassify: Change = { operation: 'declassify', element: named('a'), name: 'Confidentiality' };
    await store.change([declassify, declassify], { connector: 'steward' });
    expect(await news()).toEqual(['updated a of ours by steward']);
  });

  it('a relationship that an element declares is a change of the other end, too', async () => {
    await store.refresh([file('b'), file('c')], { connector: 'theirs' });
    await news();
    await store.refresh([file('a', flowingTo('b'))], { connector: 'ours' });
    expect(await news()).toEqual(['created a of ours by ours', 'updated b of theirs by ours']);
    await store.refresh([file('a', flowingTo('c'))], { connector: 'ours' });
    expect(await news()).toEqual([
      'updated a of ours by ours',
      'updated b of theirs by ours',
      'updated c of theirs by ours',
    ]);
    await store.refresh([], { connector: 'ours', removal: { maxPercent: 100, minElements: 9 } });
    expect(await news()).toEqual(['updated c of theirs by ours', 'removed a of ours by ours']);
  });

  it('that a folder has one more or one less file is no change of the folder', async () => {
    await store.refresh([folder('f'), file('a', inFolder('f'))]);
    await news();
    await store.refresh([folder('f'), file('b', inFolder('f'))]);
    expect(await news()).toEqual([
      'created b of landing-zone by landing-zone',
      'removed a of landing-zone by landing-zone',
    ]);
  });
});
