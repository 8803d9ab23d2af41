import type { ElementWrite, Reference } from '@idaemon/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { file, folder, inFolder, underFolder, WritingStore } from '../testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
beforeEach(() => store.clear());
afterAll(() => store.close());

const keyed = (name: string, sourceKey: string, more = {}) => file(name, { sourceKey, ...more });
interface Thing {
  key: string | null;
  parent: string | null;
  hasLocator?: boolean;
}
const flowTo = (other: Omit<Reference, 'type'>) => ({
  type: 'DataFlow',
  otherEnd: 2 as const,
  other: { type: 'Referenceable', ...other },
});
const guidsByKey = async (): Promise<Record<string, string>> => {
  const elements = Object.values(await store.elements());
  return Object.fromEntries(elements.map(({ source_key, guid }) => [source_key ?? '', guid]));
};
const namesByKey = async (): Promise<Record<string, string>> => {
  const elements = Object.values(await store.elements());
  return Object.fromEntries(elements.map(({ source_key, name }) => [source_key ?? '', name]));
};

describe('an element with the key of its source', () => {
  it('keeps its GUID and its history under a new name, also as another type', async () => {
    await store.refresh([keyed('old.csv', 'k1')]);
    const before = await guidsByKey();
    const report = await store.refresh([{ ...keyed('new.log', 'k1'), type: 'LogFile' }]);
    expect(report.counts).toMatchObject({ created: 0, updated: 1, removed: 0 });
    const { 'new.log': renamed } = await store.elements();
    expect(renamed).toMatchObject({ guid: before.k1, type: 'LogFile', version: 2 });
    expect(await store.database.rows('select qualified_name, type from element_history')).toEqual([
      { qualified_name: 'old.csv', type: 'CSVFile' },
    ]);
  });

  it('swaps names with another one, though they come in different batches', async () => {
    await store.refresh([keyed('a', 'k1'), keyed('b', 'k2')]);
    const before = await guidsByKey();
    const report = await store.refresh([keyed('b', 'k1'), keyed('a', 'k2')], { batchSize: 1 });
    expect(report).toMatchObject({ outcome: 'succeeded', counts: { updated: 2, created: 0, removed: 0 } });
    expect(await namesByKey()).toEqual({ k1: 'b', k2: 'a' });
    expect(await guidsByKey()).toEqual(before);
  });

  it(
    'ends under the names of the source after any renames, in batches of any size',
    { timeout: 120_000 },
    async () => {
      const keys = ['k1', 'k2', 'k3', 'k4', 'k5'];
      const names = fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e', 'f', 'g'], { minLength: 5, maxLength: 5 });
      const rounds = fc.array(
        fc.record({
          names,
          order: fc.shuffledSubarray(keys, { minLength: 5 }),
          batchSize: fc.integer({ min: 1, max: 5 }),
        }),
        { minLength: 2, maxLength: 4 },
      );
      await fc.assert(
        fc.asyncProperty(rounds, async (all) => {
          await store.clear();
          let guids: Record<string, string> | undefined;
          for (const round of all) {
            const nameOf = (key: string) => round.names[keys.indexOf(key)] ?? '';
            const report = await store.refresh(
              round.order.map((key) => keyed(nameOf(key), key)),
              round,
            );
            expect(report.outcome).toBe('succeeded');
            expect(await namesByKey()).toEqual(Object.fromEntries(keys.map((key) => [key, nameOf(key)])));
            guids ??= await guidsByKey();
            expect(await guidsByKey()).toEqual(guids);
          }
        }),
        { numRuns: Number(process.env.IDAEMON_PROPERTY_RUNS ?? 10) },
      );
    },
  );

  it(
    'ends in the graph of the source after renames, replacements and removals',
    { timeout: 120_000 },
    async () => {
      const names = ['a', 'b', 'c', 'd', 'e'];
      const thing = fc.record({
        key: fc.option(fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7'), { freq: 6 }),
        parent: fc.option(fc.constantFrom(...names)),
        hasLocator: fc.boolean(),
      });
      const round = fc.record({
        things: fc.array(thing, { minLength: 5, maxLength: 5 }),
        present: fc.shuffledSubarray(names),
        batchSize: fc.integer({ min: 1, max: 5 }),
        isUnprobed: fc.boolean(),
      });
      const elementsOf = ({ things, present }: { things: Thing[]; present: string[] }) => {
        const keys = new Set<string>();
        return present.map((name) => {
          const { key, parent, hasLocator } = things[names.indexOf(name)] ?? { key: null, parent: null };
          const isFree = key !== null && !keys.has(key);
          if (key) keys.add(key);
          return folder(name, {
            ...(isFree ? { sourceKey: key } : {}),
            ...(parent && parent !== name ? underFolder(parent) : {}),
            ...(hasLocator ? { locators: [{ namespace: 'file://host', name }] } : {}),
          });
        });
      };
      const graph = async () => ({
        elements: Object.values(await store.elements()).map(({ name, source_key, parent }) => [
          name,
          source_key,
          parent,
        ]),
        // A placeholder of which only the locator is known may be one with that of the name.
        placeholders: [...new Set((await store.placeholders()).map(unqualified))].sort(),
        relationships: (await store.relationships()).map(unqualified).sort(),
        locators: await store.database.rows(
          `select l.name, e.qualified_name from locator l join element e on e.id = l.element_id
         where not e.is_placeholder order by 1`,
        ),
      });
      const watch = names.flatMap((name) => [
        flowTo({ qualifiedName: name }),
        flowTo({ locator: { namespace: 'file://host', name } }),
      ]);
      const unqualified = (text: string) => text.replace('file://host::', '');
      await fc.assert(
        fc.asyncProperty(fc.array(round, { minLength: 2, maxLength: 5 }), async (rounds) => {
          await store.clear();
          await store.refresh([file('watcher', { relationships: watch })], { connector: 'watcher' });
          let elements: ElementWrite[] = [];
          for (const one of rounds) {
            elements = elementsOf(one);
            expect(await store.refresh(elements, one)).toMatchObject({ outcome: 'succeeded' });
          }
          const reached = await graph();
          expect((await store.refresh(elements)).counts).toMatchObject({
            unchanged: elements.length,
            updated: 0,
          });
          await store.clear();
          await store.refresh([file('watcher', { relationships: watch })], { connector: 'watcher' });
          await store.refresh(elements);
          expect(reached).toEqual(await graph());
        }),
        { numRuns: Number(process.env.IDAEMON_PROPERTY_RUNS ?? 10) },
      );
    },
  );

  it('moves on when a new thing takes its old name, whichever of the two comes first', async () => {
    for (const isNewFirst of [true, false]) {
      await store.clear();
      await store.refresh([
        folder('orders', { sourceKey: 'k1' }),
        file('orders.id', { sourceKey: 'k1:1', ...inFolder('orders') }),
      ]);
      const before = await guidsByKey();
      const fresh = [
        folder('orders', { sourceKey: 'k9' }),
        file('orders.id', { sourceKey: 'k9:1', ...inFolder('orders') }),
      ];
      const moved = [
        folder('archive', { sourceKey: 'k1' }),
        file('archive.id', { sourceKey: 'k1:1', ...inFolder('archive') }),
      ];
      const report = await store.refresh(isNewFirst ? [...fresh, ...moved] : [...moved, ...fresh], {
        batchSize: 1,
      });
      expect(report.outcome).toBe('succeeded');
      expect(await namesByKey()).toEqual({
        k1: 'archive',
        'k1:1': 'archive.id',
        k9: 'orders',
        'k9:1': 'orders.id',
      });
      const after = await guidsByKey();
      expect([after.k1, after['k1:1']]).toEqual([before.k1, before['k1:1']]);
      expect(await store.relationships()).toEqual([
        'NestedFile: archive → archive.id',
        'NestedFile: orders → orders.id',
      ]);
      const elements = await store.elements();
      expect([elements['archive.id']?.parent, elements['orders.id']?.parent]).toEqual(['archive', 'orders']);
      expect((await store.refresh([...fresh, ...moved])).counts).toMatchObject({ unchanged: 4, updated: 0 });
    }
  });

  it('keeps its GUID when its source replaces it under the same name with a new key', async () => {
    await store.refresh([keyed('saved.csv', 'inode-1')]);
    const before = await store.elements();
    const report = await store.refresh([keyed('saved.csv', 'inode-2')]);
    expect(report.counts).toMatchObject({ updated: 1, created: 0, removed: 0 });
    expect((await store.elements())['saved.csv']).toMatchObject({
      guid: before['saved.csv']?.guid,
      source_key: 'inode-2',
    });
  });

  it('is no rename when two names carry one key, as hard links do', async () => {
    const links = [keyed('one', 'k1'), keyed('two', 'k1')];
    expect((await store.refresh(links)).counts).toMatchObject({ created: 2, failed: 0 });
    expect((await store.refresh(links)).counts).toMatchObject({ unchanged: 2, updated: 0 });
    expect(
      (await store.refresh([...links].reverse(), { isUnprobed: true, batchSize: 1 })).counts,
    ).toMatchObject({
      unchanged: 2,
      updated: 0,
    });
    expect(await store.names()).toEqual(['one', 'two']);
  });

  it('is found by those who refer to it by its new name', async () => {
    await store.refresh([folder('old', { sourceKey: 'k1' }), file('old/a', inFolder('old'))]);
    await store.refresh([folder('new', { sourceKey: 'k1' }), file('old/a', inFolder('new'))]);
    expect(await store.relationships()).toEqual(['NestedFile: new → old/a']);
    expect(await store.placeholders()).toEqual([]);
  });

  it('is a conflict when two keys come under one name in one refresh', async () => {
    const report = await store.refresh([keyed('same', 'k1'), keyed('same', 'k2')], { batchSize: 1 });
    expect(report).toMatchObject({ outcome: 'partial', counts: { created: 1, failed: 1 } });
    const letter = await store.database.row<{ error: { message: string } }>('select error from dead_letter');
    expect(letter?.error.message).toContain('source keys k1 and k2');
  });

  it('gives up its name to another one and is removed, while what referred to the name stays with the name', async () => {
    await store.refresh([file('a', { sourceKey: 'k1' }), file('b', { sourceKey: 'k2' })]);
    const flow = {
      type: 'DataFlow',
      otherEnd: 2 as const,
      other: { type: 'Referenceable', qualifiedName: 'b' },
    };
    await store.refresh([file('reader', { relationships: [flow] })], { connector: 'lineage' });
    await store.refresh([file('b', { sourceKey: 'k1' })]);
    expect(await store.names()).toEqual(['b', 'reader']);
    expect(await store.placeholders()).toEqual([]);
    expect(await store.relationships()).toEqual(['DataFlow: reader → b']);
  });
});
