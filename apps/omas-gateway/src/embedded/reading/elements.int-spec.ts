import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ElementQuery, type Element, type List } from '@idaemon/contracts';
import { SeededStore } from '../testing/seeded-store.js';
import { SearchIndexer } from '../search/search-indexer.js';
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
    {
      name: 'CSVFile::/data/orders.csv',
      displayName: 'orders.csv',
      properties: { description: 'All the sales' },
    },
    { name: 'CSVFile::/data/orders-2024.csv', displayName: 'orders-2024.csv' },
    { name: 'FileFolder::/data', type: 'FileFolder', displayName: 'data' },
    { name: 'RelationalTable::shop.orders', type: 'RelationalTable', displayName: 'orders', source: 'shop' },
    { name: 'DataSet::100%_sure', type: 'DataSet', displayName: '100%_sure', source: null },
    { name: 'JSONFile::/data/old.json', type: 'JSONFile', effectiveTo: '2024-01-01T00:00:00Z' },
  );
  await database.rows(
    `insert into locator (element_id, is_declared, namespace, name)
     select id, true, 'postgres://db:5432', 'shop.public.orders' from element where display_name = 'orders'`,
  );
  await database.rows(
    `insert into classification (element_id, updated_at, source_id, is_declared, name, properties)
     select e.id, now(), s.id, true, 'Confidentiality', '{"level": 3}' from element e, metadata_source s
     where e.display_name = 'orders' and s.qualified_name = 'landing-zone'`,
  );
});
afterAll(() => store.close());

const elements = (query: Partial<ElementQuery>) =>
  read.elements(ElementQuery.parse(query)) as Promise<List<Element>>;
const search = (query: Partial<ElementQuery>) =>
  read.search(ElementQuery.parse(query)) as Promise<List<Element>>;
const names = ({ items }: List<Element>) => items.map((item) => item.displayName);

describe('a list of elements', () => {
  it('holds subtypes, counts all, and leaves placeholders out unless they are asked for', async () => {
    const files = await elements({ type: 'DataFile' });
    expect(names(files)).toEqual(['orders.csv', 'orders-2024.csv', 'JSONFile::/data/old.json']);
    expect(files.total).toBe(3);
    expect(names(await elements({ type: 'DataSet' }))).toEqual([]);
    const placeholders = await elements({ type: 'DataSet', includePlaceholders: true });
    expect(placeholders).toMatchObject({
      total: 1,
      items: [{ source: null, isPlaceholder: true, version: 1 }],
    });
    expect((await elements({})).total).toBe(5);
  });

  it('shows properties, provenance, classifications and locators of an element', async () => {
    const { items } = await elements({ source: 'shop' });
    expect(items).toEqual([
      expect.objectContaining({
        type: 'RelationalTable',
        source: 'shop',
        classifications: [{ name: 'Confidentiality', properties: { level: 3 }, source: 'landing-zone' }],
        locators: [{ namespace: 'postgres://db:5432', name: 'shop.public.orders' }],
      }),
    ]);
  });

  it('is filtered by source, name, locator and effectivity', async () => {
    expect((await elements({ source: 'landing-zone' })).total).toBe(4);
    expect(names(await elements({ source: 'landing-zone', type: 'FileFolder' }))).toEqual(['data']);
    expect((await elements({ source: 'nobody' })).items).toEqual([]);
    expect(names(await elements({ qualifiedName: 'FileFolder::/data' }))).toEqual(['data']);
    expect((await elements({ qualifiedName: 'FileFolder::/data', source: 'shop' })).total).toBe(0);
    const locator = { namespace: 'postgres://db:5432', name: 'shop.public.orders' };
    expect(names(await elements({ locator }))).toEqual(['orders']);
    const effective = await elements({ type: 'JSONFile', effectiveAt: '2024-06-01T00:00:00Z' });
    expect(effective).toMatchObject({ items: [], total: 0 });
    expect((await elements({ type: 'JSONFile', effectiveAt: '2023-06-01T00:00:00Z' })).total).toBe(1);
  });

  it('goes on with its cursor and keeps its total, whatever comes meanwhile', async () => {
    const first = await elements({ pageSize: 2 });
    expect(first).toMatchObject({ total: 5, next: expect.any(String) as string });
    const second = await elements({ pageSize: 2, cursor: first.next ?? '' });
    const third = await elements({ pageSize: 2, cursor: second.next ?? '' });
    expect(third.next).toBeNull();
    expect([first, second, third].map(({ total }) => total)).toEqual([5, 5, 5]);
    expect([first, second, third].flatMap(({ items }) => items)).toEqual((await elements({})).items);
  });

  it('refuses an unknown type with the one that was meant', async () => {
    await expect(elements({ type: 'RelationalTabel' })).rejects.toMatchObject({
      code: 'request-invalid',
      errors: [{ path: 'type', message: 'did you mean RelationalTable?' }],
    });
  });
});

describe.each(['before the search entries are made', 'from the search entries'])('text, %s,', (when) => {
  beforeAll(async () => {
    if (when === 'from the search entries') await indexAll();
  });

  it('is found in name, qualified name and description, anywhere and in any case', async () => {
    expect(names(await elements({ q: 'RDERS' }))).toEqual(['orders.csv', 'orders-2024.csv', 'orders']);
    expect(names(await elements({ q: 'sales' }))).toEqual(['orders.csv']);
    expect(names(await elements({ q: '/data csv', type: 'Asset' }))).toEqual([
      'orders.csv',
      'orders-2024.csv',
    ]);
    expect(await elements({ q: 'orders', source: 'shop' })).toMatchObject({ total: 1 });
  });

  it('stands for itself: a percent sign, an underscore and a backslash match no other character', async () => {
    expect(names(await elements({ q: '100%_s', includePlaceholders: true }))).toEqual(['100%_sure']);
    expect((await elements({ q: '%', includePlaceholders: true })).total).toBe(1);
    expect((await elements({ q: '\\' })).total).toBe(0);
  });

  it('ranks what is named so before what only begins so, and that before what is only described so', async () => {
    const found = await search({ q: 'orders' });
    expect(names(found)).toEqual(['orders', 'orders.csv', 'orders-2024.csv']);
    expect(found.total).toBe(3);
    const first = await search({ q: 'orders', pageSize: 2 });
    expect(names(first)).toEqual(['orders', 'orders.csv']);
    expect(names(await search({ q: 'orders', pageSize: 2, cursor: first.next ?? '' }))).toEqual([
      'orders-2024.csv',
    ]);
  });

  it('of a changed element is that of its newest version', async () => {
    const guid = guids['FileFolder::/data'] ?? '';
    await store.update(guid, { description: `renamed ${when}` }, 'archive');
    expect(names(await elements({ q: `renamed ${when}` }))).toEqual(['archive']);
    await store.update(guid, {}, 'data');
    expect((await elements({ q: `renamed ${when}` })).total).toBe(0);
    expect((await search({ q: 'archive' })).total).toBe(0);
  });
});

describe('the search entries', () => {
  const entries = () =>
    store.database.row<{ count: number; texts: string }>(
      "select count(*)::int as count, string_agg(text, '|' order by element_id) as texts from search_entry",
    );

  it('follow the feed: created, changed and removed elements', async () => {
    await indexAll();
    const before = await entries();
    const { temporary = '' } = await store.elements({
      name: 'temporary',
      properties: { description: 'short-lived' },
    });
    await store.update(temporary, { description: 'changed' });
    await indexAll();
    expect((await entries())?.texts).toContain('temporary\ntemporary\nchanged');
    await store.remove(temporary);
    await indexAll();
    expect(await entries()).toEqual(before);
  });

  it('lose an element that becomes a placeholder again, which is then found among those', async () => {
    const { ghost = '' } = await store.elements({ name: 'ghost' });
    await indexAll();
    await store.demote(ghost);
    for (const state of ['late', 'indexed']) {
      expect((await elements({ q: 'ghost' })).total, state).toBe(0);
      expect(names(await elements({ q: 'ghost', includePlaceholders: true })), state).toEqual(['ghost']);
      expect(names(await search({ q: 'ghost', includePlaceholders: true })), state).toEqual(['ghost']);
      await indexAll();
    }
    expect((await entries())?.texts).not.toContain('ghost');
    await store.database.rows("delete from element where qualified_name = 'ghost'");
  });

  it('are made anew when the feed no longer holds what they lack', async () => {
    await indexAll();
    const before = await entries();
    await store.database.rows("update search_entry set text = 'stale' where element_id = 1");
    await store.database.rows("update feed_progress set position = 1 where consumer = 'search'");
    await store.database.rows('update feed_head set pruned = 3');
    await indexAll();
    expect(await entries()).toEqual(before);
    await store.database.rows('update feed_head set pruned = 0');
  });

  it('are written by one replica at a time', async () => {
    await store.elements({ name: 'unindexed' });
    const other = await store.database.transaction(async (sql) => {
      await sql.rows("select 1 from feed_progress where consumer = 'search' for update");
      return new SearchIndexer(store.database).round();
    });
    expect(other).toEqual({ isElsewhere: true, isBehind: false });
  });
});

async function indexAll(): Promise<void> {
  const indexer = new SearchIndexer(store.database);
  while ((await indexer.round()).isBehind);
}

describe('a single element', () => {
  it('is read by its GUID, and an unknown one is named', async () => {
    const guid = guids['FileFolder::/data'] ?? '';
    expect(await read.element({ guid })).toMatchObject({ guid, displayName: 'data' });
    const unknown = '00000000-0000-4000-8000-000000000000';
    await expect(read.element({ guid: unknown })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining(unknown) as string,
    });
  });

  it('is resolved by GUID, else locator, else type and qualified name', async () => {
    const locator = { namespace: 'postgres://db:5432', name: 'shop.public.orders' };
    const byLocator = await read.resolve({
      element: { type: 'Asset', locator, qualifiedName: 'FileFolder::/data' },
    });
    expect(byLocator.element).toBeNull();
    const table = await read.resolve({ element: { type: 'SchemaElement', locator } });
    expect(table.element).toMatchObject({ displayName: 'orders' });
    const noLocator = { namespace: 'nowhere', name: 'nothing' };
    const byName = await read.resolve({
      element: { type: 'Asset', locator: noLocator, qualifiedName: 'FileFolder::/data' },
    });
    expect(byName.element).toMatchObject({ displayName: 'data' });
    const wrongType = await read.resolve({
      element: { type: 'Process', qualifiedName: 'FileFolder::/data' },
    });
    expect(wrongType.element).toBeNull();
    const placeholder = await read.resolve({
      element: { type: 'CSVFile', qualifiedName: 'DataSet::100%_sure' },
    });
    expect(placeholder.element).toBeNull();
  });

  it('has a history of versions, newest first, the current one and a removed one included', async () => {
    const { versioned = '' } = await store.elements({
      name: 'versioned',
      properties: { description: 'one' },
    });
    await store.update(versioned, { description: 'two' });
    await store.update(versioned, { description: 'three' });
    const first = await read.history({ guid: versioned, pageSize: 2 });
    expect(first).toMatchObject({
      total: 3,
      items: [
        { version: 3, validTo: null, properties: { description: 'three' } },
        { version: 2, validTo: expect.any(String) as string, changedBy: 'spec' },
      ],
    });
    const second = await read.history({ guid: versioned, pageSize: 2, cursor: first.next ?? '' });
    expect(second).toMatchObject({
      total: 3,
      next: null,
      items: [{ version: 1, properties: { description: 'one' } }],
    });
    await store.remove(versioned);
    expect(await read.history({ guid: versioned, pageSize: 10 })).toMatchObject({ total: 3 });
    await expect(
      read.history({ guid: '00000000-0000-4000-8000-000000000000', pageSize: 1 }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});
