import type { Change, ElementWrite, Reference } from '@idaemon/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { file, folder, inFolder, WritingStore } from '../testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
beforeEach(() => store.clear());
afterAll(() => store.close());

const named = (qualifiedName: string, type = 'Referenceable'): Reference => ({ type, qualifiedName });
const group = (
  name: string,
  pairs: [string, string, string?][],
  part?: { index: number; count: number },
): Change => ({
  operation: 'relate-all',
  type: 'DataFlow',
  group: name,
  ...(part ? { part } : {}),
  links: pairs.map(([end1, end2, formula]) => ({
    end1: named(end1),
    end2: named(end2),
    ...(formula ? { properties: { formula } } : {}),
  })),
});
const results = async (...changes: Change[]) => (await store.change(changes)).map(({ result }) => result);
const flows = async () => {
  const rows = await store.database.rows<{ flow: string }>(
    `select a.qualified_name || ' ' || b.qualified_name || coalesce(' ' || (r.properties->>'formula'), '') as flow
     from relationship r join element a on a.id = r.end1_id join element b on b.id = r.end2_id
     where r.type = 'DataFlow' order by 1`,
  );
  return rows.map(({ flow }) => flow);
};

describe('relationships of a group', () => {
  it('are what was given last, and no others', async () => {
    expect(
      await results(
        group('job', [
          ['a', 'b'],
          ['a', 'c', 'x'],
        ]),
      ),
    ).toEqual(['updated']);
    expect(
      await results(
        group('job', [
          ['a', 'b'],
          ['a', 'c', 'x'],
        ]),
      ),
    ).toEqual(['unchanged']);
    expect(
      await results(
        group('job', [
          ['a', 'c', 'y'],
          ['d', 'c'],
        ]),
        group('none', []),
      ),
    ).toEqual(['updated', 'unchanged']);
    expect(await flows()).toEqual(['a c y', 'd c']);
    expect(await store.count('element')).toBe(3);
    await results(group('job', []));
    expect(await store.count('element')).toBe(0);
  });

  it('stand apart from those of other groups and from single ones', async () => {
    const single: Change = {
      ...{ operation: 'relate', type: 'DataFlow', properties: {} },
      ...{ end1: named('a'), end2: named('b') },
    };
    await results(group('one', [['a', 'b']]), group('other', [['a', 'b']]), single);
    expect(await flows()).toEqual(['a b', 'a b', 'a b']);
    await results(group('one', []));
    expect(await results({ ...single, operation: 'unrelate' })).toEqual(['removed']);
    expect(await flows()).toEqual(['a b']);
  });

  it('come in parts, and end with them', async () => {
    await results(
      group('job', [['a', 'b']], { index: 0, count: 3 }),
      group('job', [['a', 'c']], { index: 1, count: 3 }),
      group('job', [['a', 'd']], { index: 2, count: 3 }),
    );
    expect(await flows()).toEqual(['a b', 'a c', 'a d']);
    await results(group('job', [['a', 'e']]));
    expect(await flows()).toEqual(['a e']);
  });

  it('outlive the elements that they relate', async () => {
    const upsert: Change = { operation: 'upsert', collection: 'dataFiles', scope: '', element: file('a') };
    await results(upsert, group('job', [['a', 'b']]));
    await results({ operation: 'remove', collection: 'dataFiles', element: named('a'), recursive: true });
    expect(await flows()).toEqual(['a b']);
    expect(await store.count('element where is_placeholder')).toBe(2);
  });
});

describe('pruning', () => {
  const upsert = (element: ElementWrite): Change => ({
    operation: 'upsert',
    collection: 'dataFiles',
    scope: '',
    element,
  });
  const prune = (...keep: string[]): Change => ({
    operation: 'prune',
    collection: 'dataFiles',
    parent: named('f'),
    keep,
  });

  it('removes what hangs under the parent, but for what is to be kept', async () => {
    const children = ['a', 'b', 'c'].map((name) => upsert(file(name, inFolder('f'))));
    await store.change([upsert(folder('f')), ...children, upsert(file('x'))]);
    expect(await results(prune('a', 'c'))).toEqual(['removed']);
    expect(await results(prune('a', 'c'))).toEqual(['absent']);
    expect(await store.names()).toEqual(['a', 'c', 'f', 'x']);
  });

  it('waits for a person where the guard says so', async () => {
    const children = ['a', 'b', 'c'].map((name) => upsert(file(name, inFolder('f'))));
    await store.change([upsert(folder('f')), ...children]);
    const guarded = await store.change([prune()], { removal: { maxPercent: 5, minElements: 2 } });
    expect(guarded).toMatchObject([{ result: 'held' }]);
  });

  it('by a retention rule waits for nobody, and does not make others wait', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    await store.change(names.map((name) => upsert(file(name))));
    const guard = { removal: { maxPercent: 5, minElements: 2 } };
    const remove = (name: string, more = {}): Change => ({
      ...{ operation: 'remove', collection: 'dataFiles', element: named(name), recursive: true, ...more },
    });
    const expired = names.slice(0, 3).map((name) => remove(name, { isExpired: true }));
    const done = await store.change([...expired, remove('d'), remove('e')], guard);
    expect(done.map(({ result }) => result)).toEqual(['removed', 'removed', 'removed', 'removed', 'held']);
  });
});
