import type { Change, ElementWrite, Reference } from '@idaemon/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { file, folder, inFolder, underFolder, WritingStore } from '../testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
beforeEach(() => store.clear());
afterAll(() => store.close());

const named = (qualifiedName: string, type = 'Referenceable'): Reference => ({ type, qualifiedName });
const upsert = (element: ElementWrite): Change => ({
  operation: 'upsert',
  collection: 'dataFiles',
  scope: '',
  element,
});
const remove = (name: string, recursive = true): Change => ({
  operation: 'remove',
  collection: 'dataFiles',
  element: named(name),
  recursive,
});
const relate = (end1: Reference, end2: Reference, properties = {}, type = 'DataFlow'): Change => ({
  operation: 'relate',
  type,
  end1,
  end2,
  properties,
});
const unrelate = (end1: Reference, end2: Reference): Change => ({
  operation: 'unrelate',
  type: 'DataFlow',
  end1,
  end2,
});
const classify = (name: string, level: number, element = 'a'): Change => ({
  operation: 'classify',
  element: named(element),
  name,
  properties: { levelIdentifier: level },
});
const results = async (changes: Change[], options = {}) =>
  (await store.change(changes, options)).map(({ result }) => result);
const any = { removal: { maxPercent: 100, minElements: 1_000 } };

describe('single changes', () => {
  it('are done in their order, in one transaction', async () => {
    const other = { ...file('a'), properties: { name: 'other' } };
    const changes = [
      upsert(file('a')),
      upsert(file('a')),
      upsert(other),
      remove('a'),
      upsert(file('a')),
      remove('none'),
    ];
    expect(await results(changes, any)).toEqual([
      'created',
      'unchanged',
      'updated',
      'removed',
      'created',
      'absent',
    ]);
    expect(await store.feedKinds()).toEqual(['created a', 'updated a', 'removed a', 'created a']);
    expect(store.feed.at(-1)).toBe(await store.count('change_feed'));
  });

  it('that are refused become dead letters and leave the others alone', async () => {
    const [good, bad] = await store.change([upsert(file('a')), upsert({ ...file('b'), type: 'NoSuchType' })]);
    expect(good).toMatchObject({ result: 'created' });
    expect(bad).toMatchObject({ result: 'refused', error: { code: 'metadata-invalid' } });
    expect(await store.count('dead_letter')).toBe(1);
    expect(await results([upsert(file('b'))])).toEqual(['created']);
    expect(await store.count('dead_letter')).toBe(0);
  });

  it('that came without their content, since it is too long, are dead letters with their size', async () => {
    const names = { type: 'CSVFile', qualifiedName: 'large', properties: {} };
    const [result] = await store.change([{ ...upsert(names), oversizeBytes: 700_000 } as Change]);
    expect(result).toMatchObject({ result: 'refused', error: { code: 'metadata-invalid' } });
    const letter = await store.database.row('select qualified_name, element, error from dead_letter');
    expect(letter).toMatchObject({
      ...{ qualified_name: 'large', element: null },
      error: { message: expect.stringContaining('700000 bytes') as string },
    });
  });

  it('are refused for an owner that is not the newest', async () => {
    const fence = await store.fence();
    await store.claim();
    const request = { fence, source: { qualifiedName: 'x', displayName: 'x' }, changes: [] };
    const more = { service: 'files-integrator' as const, synchronization: 'both-directions' as const };
    const removal = { maxPercent: 5, minElements: 10 };
    await expect(store.writer.change({ ...request, ...more, removal })).rejects.toMatchObject({
      code: 'ownership-lost',
    });
  });

  it('of elements are refused for a connector that may only write to its third party, facets are not', async () => {
    await store.refresh([file('a')], { connector: 'other' });
    const [upserted, removed, classified] = await store.change(
      [upsert(file('b')), remove('a'), classify('Confidentiality', 3)],
      { synchronization: 'to-third-party' },
    );
    expect(upserted).toMatchObject({ result: 'refused', error: { code: 'not-authorized' } });
    expect(removed).toMatchObject({ result: 'refused', error: { code: 'not-authorized' } });
    expect(classified).toMatchObject({ result: 'created' });
  });

  it('swap names, too', async () => {
    const keyed = (name: string, sourceKey: string) => upsert(file(name, { sourceKey }));
    await store.change([keyed('a', 'k1'), keyed('b', 'k2')]);
    const before = await store.elements();
    expect(await results([keyed('b', 'k1'), keyed('a', 'k2')])).toEqual(['updated', 'updated']);
    const after = await store.elements();
    expect([after.a?.guid, after.b?.guid]).toEqual([before.b?.guid, before.a?.guid]);
  });
});

describe('removing singly', () => {
  it('takes what is below along, or leaves it with a placeholder above', async () => {
    const tree = [
      folder('root'),
      folder('root/sub', underFolder('root')),
      file('root/sub/a', inFolder('root/sub')),
    ];
    await store.change(tree.map(upsert));
    expect(await results([remove('root/sub')], any)).toEqual(['removed']);
    expect(await store.names()).toEqual(['root']);
    await store.change(tree.map(upsert));
    expect(await results([remove('root/sub', false)], any)).toEqual(['removed']);
    expect([await store.names(), await store.placeholders()]).toEqual([['root', 'root/sub/a'], ['root/sub']]);
  });

  it('is refused for what another source owns, which is named', async () => {
    await store.refresh([file('a')], { connector: 'other', source: 'Other source' });
    const [result] = await store.change([remove('a')]);
    expect(result).toMatchObject({ result: 'refused', error: { code: 'conflict' } });
    expect(JSON.stringify(result)).toContain('Other source');
  });

  it('is held above the guard, which counts ten minutes together', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `f${index}`);
    await store.change(names.map((name) => upsert(file(name))));
    for (const name of names.slice(0, 9)) expect(await results([remove(name)])).toEqual(['removed']);
    expect(await results([remove('f9'), remove('f10')])).toEqual(['held', 'held']);
    await store.database.rows(`update recent_removal set removed_at = removed_at - interval '11 minutes'`);
    expect(await results([remove('f9')])).toEqual(['removed']);
  });

  it('counts a folder with all that is in it', async () => {
    const inside = Array.from({ length: 12 }, (_, index) => file(`root/${index}`, inFolder('root')));
    await store.change([folder('root'), ...inside, file('other')].map(upsert));
    expect(await results([remove('root'), remove('other')])).toEqual(['held', 'removed']);
    expect(await store.names()).toHaveLength(13);
  });
});

describe('relating', () => {
  it('makes one relationship of each source between two elements, and changes it', async () => {
    await store.change([upsert(file('a')), upsert(file('b'))]);
    const flow = (properties = {}) => relate(named('a'), named('b'), properties);
    expect(await results([flow(), flow(), flow({ formula: 'x' })])).toEqual([
      'created',
      'unchanged',
      'updated',
    ]);
    expect(await results([flow()], { connector: 'other' })).toEqual(['created']);
    expect(await store.relationships()).toHaveLength(2);
    const rows = await store.database.rows('select properties from relationship order by id');
    expect(rows).toEqual([{ properties: { formula: 'x' } }, { properties: {} }]);
    expect(await results([unrelate(named('a'), named('b'))])).toEqual(['removed']);
    expect(await results([unrelate(named('a'), named('b'))])).toEqual(['absent']);
    expect(await store.relationships()).toHaveLength(1);
  });

  it('waits with placeholders for what is not there, which go with the last relationship', async () => {
    const locator = { namespace: 'postgres://db:5432', name: 'shop.public.orders' };
    const byLocator: Reference = { type: 'DataSet', locator };
    expect(await results([relate(named('job', 'Process'), byLocator)])).toEqual(['created']);
    expect(await store.placeholders()).toEqual(['job', 'postgres://db:5432::shop.public.orders']);
    const table: ElementWrite = {
      type: 'RelationalTable',
      qualifiedName: 'RelationalTable::orders',
      properties: {},
      locators: [locator],
    };
    const [refusal] = await store.change([upsert(table)], { connector: 'database' });
    expect(refusal?.result).toBe('created');
    expect(await store.relationships()).toEqual(['DataFlow: job → RelationalTable::orders']);
    expect(await results([unrelate(named('job'), byLocator)])).toEqual(['removed']);
    expect(await store.placeholders()).toEqual([]);
  });

  it('finds one thing behind its name and its locator, whoever said so first', async () => {
    const locator = { namespace: 'file://host', name: '/x' };
    await store.change([upsert(file('a'))]);
    await store.change([
      relate(named('a'), { type: 'DataFile', locator }),
      relate(named('a'), named('x', 'DataFile')),
    ]);
    expect(await store.placeholders()).toEqual(['file://host::/x', 'x']);
    await store.change([relate(named('a'), { type: 'DataFile', locator, qualifiedName: 'x' })]);
    expect(await store.placeholders()).toEqual(['x']);
    expect(await store.relationships()).toEqual(['DataFlow: a → x']);
  });

  it('is refused with the reason when an end is wrong, swapped or one too many', async () => {
    await store.change([folder('p'), folder('q'), folder('x', underFolder('p')), file('a')].map(upsert));
    const nest = (end1: string, end2: string, type: string) => relate(named(end1), named(end2), {}, type);
    const [wrong, swapped, second] = await store.change([
      nest('a', 'x', 'FolderHierarchy'),
      nest('a', 'p', 'NestedFile'),
      nest('q', 'x', 'FolderHierarchy'),
    ]);
    expect(JSON.stringify(wrong)).toContain('a is CSVFile, but must be FileFolder');
    expect(swapped?.result).toBe('refused');
    expect(second).toMatchObject({ result: 'refused', error: { code: 'conflict' } });
    expect(await store.relationships()).toEqual(['FolderHierarchy: p → x']);
  });

  it('goes with the element whose source has made it', async () => {
    await store.change([upsert(file('a')), relate(named('a'), named('later'))]);
    await store.change([remove('a')], any);
    expect([await store.names(), await store.placeholders(), await store.relationships()]).toEqual([
      [],
      [],
      [],
    ]);
  });
});

describe('classifying', () => {
  const stored = () => store.database.rows('select name, properties from classification order by source_id');
  const declassify: Change = { operation: 'declassify', element: named('a'), name: 'Confidentiality' };

  it('keeps a classification of each source, on elements of any source', async () => {
    await store.refresh([file('a', { classifications: { Confidentiality: { levelIdentifier: 1 } } })]);
    const steward = { connector: 'steward' };
    const changes = [
      classify('Confidentiality', 3),
      classify('Confidentiality', 3),
      classify('Confidentiality', 4),
    ];
    expect(await results(changes, steward)).toEqual(['created', 'unchanged', 'updated']);
    expect(await stored()).toHaveLength(2);
    await store.refresh([file('a')]);
    expect(await stored()).toEqual([{ name: 'Confidentiality', properties: { levelIdentifier: 4 } }]);
    expect(await results([declassify, declassify], steward)).toEqual(['removed', 'absent']);
    expect(await stored()).toEqual([]);
  });

  it('waits for the element, and keeps it as a placeholder when its owner removes it', async () => {
    expect(await results([classify('Confidentiality', 3)], { connector: 'steward' })).toEqual(['created']);
    await store.refresh([file('a'), file('b')]);
    await store.refresh([file('b')]);
    expect(await store.placeholders()).toEqual(['a']);
    expect(await stored()).toHaveLength(1);
    await store.change([declassify], { connector: 'steward' });
    expect(await store.placeholders()).toEqual([]);
  });

  it('is refused when it does not fit', async () => {
    await store.refresh([file('a')]);
    const [unknown, unfit] = await store.change([classify('NoSuch', 1), classify('SpineObject', 1)]);
    expect(JSON.stringify(unknown)).toContain('NoSuch');
    expect(JSON.stringify(unfit)).toContain('SpineObject');
    expect(await stored()).toEqual([]);
  });
});

describe('writing a dead letter again', () => {
  const again = (element: ElementWrite) =>
    store.writer.rewrite({
      connector: 'landing-zone',
      shard: 0,
      source: { qualifiedName: 'landing-zone', displayName: 'landing-zone' },
      collection: 'dataFiles',
      scope: '',
      element,
      changedBy: 'anna',
    });

  it('does what the connector wanted, in the name of the person', async () => {
    await store.refresh([{ ...file('a'), type: 'NoSuchType' }]);
    expect(await again({ ...file('a'), type: 'NoSuchFile' })).toMatchObject({ result: 'refused' });
    const letter = await store.database.row<{ error: { message: string } }>('select error from dead_letter');
    expect(letter?.error.message).toContain('NoSuchFile');
    expect(await again(file('a'))).toMatchObject({ result: 'created' });
    expect(await store.count('dead_letter')).toBe(0);
    const row = await store.database.row('select changed_by, run_id from element');
    expect(row).toEqual({ changed_by: 'anna', run_id: null });
    const feed = await store.database.rows<{ connector: string | null }>('select connector from change_feed');
    expect(feed.at(-1)).toEqual({ connector: null });
  });
});
