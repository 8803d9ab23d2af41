import type { Change, ElementWrite, Locator } from '@idaemon/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WritingStore } from '../testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
beforeEach(() => store.clear());
afterAll(() => store.close());

const locator = { namespace: 'postgres://db:5432', name: 'shop.public.orders' };
const hearsay = { isTentative: true } as const;

function table(name: string, more: Partial<ElementWrite> = {}): ElementWrite {
  return {
    ...{ type: 'RelationalTable', qualifiedName: name, locators: [locator] },
    ...{ properties: { displayName: 'orders' }, ...more },
  };
}

function column(of: string, name: string, more: Partial<ElementWrite> & { by?: Locator } = {}): ElementWrite {
  const { by, ...rest } = more;
  const other = { type: 'RelationalTable', qualifiedName: of, ...(by ? { locator: by } : {}) };
  return {
    ...{ type: 'RelationalColumn', qualifiedName: `${of}.${name}`, properties: { displayName: name } },
    relationships: [{ type: 'NestedSchemaAttribute', otherEnd: 1, other, isParent: true }],
    ...rest,
  };
}

const job: ElementWrite = {
  ...{ type: 'DeployedSoftwareComponent', qualifiedName: 'job', properties: { name: 'job' } },
  relationships: [
    { type: 'DataFlow', otherEnd: 2, other: { type: 'RelationalTable', qualifiedName: 'heard', locator } },
  ],
};
const fieldLocator = { namespace: locator.namespace, name: `${locator.name}#/id` };
const lineage: Change = {
  ...{ operation: 'relate-all', type: 'DataFlow', group: 'job' },
  links: [
    {
      end1: { type: 'SchemaAttribute', qualifiedName: 'elsewhere.id' },
      end2: { type: 'SchemaAttribute', qualifiedName: 'heard.id', locator: fieldLocator },
    },
  ],
};
const heard = [
  table('heard', hearsay),
  column('heard', 'id', { ...hearsay, by: locator, locators: [fieldLocator] }),
];
const owned = [table('owned', { sourceKey: '1' }), column('owned', 'id', { sourceKey: '1/1' })];
const renamed = [table('renamed', { sourceKey: '1' }), column('renamed', 'id', { sourceKey: '1/1' })];

const write = (source: string, ...elements: ElementWrite[]) =>
  store.change(
    elements.map((element) => ({ operation: 'upsert', collection: 'tables', scope: '', element })),
    { connector: source },
  );
const tell = () => store.change([lineage], { connector: 'lineage' });
const owners = async () => {
  const rows = await store.database.rows<{ text: string }>(
    `select e.qualified_name || coalesce(' of ' || m.qualified_name, '') || case when is_tentative then '?' else '' end as text
     from element e left join metadata_source m on m.id = e.source_id order by 1`,
  );
  return rows.map(({ text }) => text);
};
const joined = {
  owners: ['elsewhere.id', 'job of lineage', 'renamed of database', 'renamed.id of database'],
  relationships: [
    'DataFlow: elsewhere.id → renamed.id',
    'DataFlow: job → renamed',
    'NestedSchemaAttribute: renamed → renamed.id',
  ],
};
const graph = async () => ({ owners: await owners(), relationships: await store.relationships() });

describe('hearsay', () => {
  it('is an element like any other as long as nobody else owns the thing', async () => {
    expect((await write('lineage', ...heard)).map(({ result }) => result)).toEqual(['created', 'created']);
    expect((await write('lineage', ...heard)).map(({ result }) => result)).toEqual([
      'unchanged',
      'unchanged',
    ]);
    expect(await owners()).toEqual(['heard of lineage?', 'heard.id of lineage?']);
  });

  it('is taken over with its GUID and history by whoever owns the thing, under whatever name', async () => {
    await write('lineage', ...heard);
    const [before, beforeColumn] = Object.values(await store.elements());
    await write('database', ...owned);
    const { owned: after, 'owned.id': afterColumn } = await store.elements();
    expect([after?.guid, afterColumn?.guid]).toEqual([before?.guid, beforeColumn?.guid]);
    expect(after?.version).toBe(2);
    expect(await store.count('element_history')).toBe(2);
    expect(await store.count('dead_letter')).toBe(0);
  });

  it('changes nothing of what another source owns', async () => {
    await write('database', ...owned);
    const results = await write('lineage', ...heard, table('owned', { ...hearsay, properties: {} }));
    expect(results.map(({ result }) => result)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(await owners()).toEqual(['owned of database', 'owned.id of database']);
    const versions = Object.values(await store.elements()).map(({ version }) => version);
    expect(versions).toEqual([1, 1]);
  });

  it('gives a further locator to one thing, when two of a batch are said to have it', async () => {
    await write('database', ...owned);
    const symlink = { namespace: 's3://lake', name: 'orders' };
    const other = table('other', { ...hearsay, locators: [symlink], properties: { displayName: 'other' } });
    await write('lineage', other, table('heard', { ...hearsay, locators: [locator, symlink] }));
    expect(await store.count('locator')).toBe(2);
    expect(await store.count('dead_letter')).toBe(0);
  });

  const steps: Record<string, () => Promise<unknown>> = {
    'the table is heard of': () => write('lineage', heard[0]!),
    'the column is heard of': () => write('lineage', heard[1]!),
    'the owner comes': () => write('database', ...owned),
    'the owner renames': () => write('database', ...renamed),
    'the job comes': () => write('lineage', job),
    'its column lineage comes': tell,
  };

  it('ends in one graph, in whatever order and how often it is said', { timeout: 120_000 }, async () => {
    const names = Object.keys(steps);
    const orders = fc.shuffledSubarray([...names, ...names.slice(0, 2), ...names.slice(4)], {
      minLength: names.length + 4,
    });
    await fc.assert(
      fc.asyncProperty(orders, async (said) => {
        await store.clear();
        for (const step of ownerFirst(said)) await steps[step]!();
        expect(await graph()).toEqual(joined);
        expect(await store.count('dead_letter')).toBe(0);
      }),
      { numRuns: Number(process.env.IDAEMON_PROPERTY_RUNS ?? 40) },
    );
  });

  it('is joined in refreshes, too, and not swept with the owner', async () => {
    await store.refresh([...heard], { connector: 'lineage', collection: 'tables' });
    await store.refresh(owned, { connector: 'database', collection: 'tables' });
    const report = await store.refresh([...heard, job], { connector: 'lineage', collection: 'tables' });
    expect(report.counts).toMatchObject({ created: 1, removed: 0, unchanged: 2, failed: 0 });
    expect(await owners()).toEqual(['job of lineage', 'owned of database', 'owned.id of database']);
    await store.refresh([job], { connector: 'lineage', collection: 'tables' });
    expect(await owners()).toEqual(['job of lineage', 'owned of database', 'owned.id of database']);
  });

  it('comes back when the owner has left and it is heard again', async () => {
    await write('database', ...owned);
    await write('lineage', job, ...heard);
    await store.change(
      [
        {
          operation: 'remove',
          collection: 'tables',
          element: { type: 'Referenceable', qualifiedName: 'owned' },
          recursive: true,
        },
      ],
      { connector: 'database' },
    );
    expect(await store.placeholders()).toEqual(['owned']);
    const [placeholder] = await store.database.rows<{ guid: string }>(
      `select guid from element where is_placeholder`,
    );
    await write('lineage', ...heard);
    expect((await store.elements()).heard?.guid).toBe(placeholder?.guid);
  });

  it('of two who only heard of it belongs to the first', async () => {
    await write('first', table('heard', hearsay));
    await write(
      'second',
      table('heard', { ...hearsay, properties: { displayName: 'other' } }),
      table('alias', hearsay),
    );
    expect(await owners()).toEqual(['heard of first?']);
    await write('database', ...owned);
    expect(await owners()).toEqual(['owned of database', 'owned.id of database']);
  });

  it('under two names is one thing once its owner says so', async () => {
    const other = { namespace: 'hive://warehouse', name: 'shop.orders' };
    await write('lineage', table('one', hearsay), table('two', { ...hearsay, locators: [other] }));
    await write('database', table('owned', { locators: [locator, other] }));
    expect(await owners()).toEqual(['owned of database']);
    expect(await store.feedKinds()).toContain('removed two');
  });
});

/** An owner renames what it has. */
function ownerFirst(said: readonly string[]): string[] {
  const inOrder = ['the owner comes', 'the owner renames'];
  return said.map((step) => (step.startsWith('the owner') ? inOrder.shift()! : step));
}
