import type { ElementWrite, WireError } from '@idaemon/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { file, folder, inFolder, underFolder, WritingStore } from '../testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
beforeEach(() => store.clear());
afterAll(() => store.close());

interface Letter {
  qualified_name: string;
  connector: string;
  error: WireError;
  element: ElementWrite | null;
}
const letters = () => store.database.rows<Letter>('select * from dead_letter order by qualified_name');
const onlyMessage = async () => {
  const [letter, ...others] = await letters();
  expect(others).toEqual([]);
  return letter?.error.message;
};
const linked = (name: string, type: string, otherEnd: 1 | 2, other: string, otherType = 'Referenceable') =>
  file(name, { relationships: [{ type, otherEnd, other: { type: otherType, qualifiedName: other } }] });

describe('an element that cannot be written', () => {
  it('becomes a dead letter with its reason, and the run goes on', async () => {
    const bad = { ...file('bad'), properties: { pathNam: '/data' } };
    const report = await store.refresh([file('good'), bad]);
    expect(report).toMatchObject({ outcome: 'partial', counts: { created: 1, failed: 1 } });
    expect(await letters()).toMatchObject([
      { qualified_name: 'bad', connector: 'landing-zone', error: { code: 'metadata-invalid' }, element: bad },
    ]);
    expect(await onlyMessage()).toContain('pathName');
  });

  it('keeps what is stored of it', async () => {
    await store.refresh([file('a'), file('b')]);
    const report = await store.refresh([file('a'), { ...file('b'), type: 'NoSuchType' }]);
    expect(report.counts).toMatchObject({ removed: 0, failed: 1 });
    expect(await store.names()).toEqual(['a', 'b']);
  });

  it('is no dead letter any more once it is written, or found as it was', async () => {
    await store.refresh([file('a')]);
    for (const good of [file('a'), { ...file('a'), properties: { name: 'y' } }]) {
      await store.refresh([{ ...file('a'), properties: { size: 'large' } }]);
      expect(await letters()).toHaveLength(1);
      await store.refresh([good]);
      expect(await letters()).toEqual([]);
    }
  });

  it('is no dead letter any more once it is gone from its source', async () => {
    await store.refresh([file('a'), { ...file('b'), type: 'NoSuchType' }]);
    await store.refresh([file('c')], { collection: 'fileFolders' });
    expect(await letters()).toHaveLength(1);
    await store.refresh([file('a')]);
    expect(await letters()).toEqual([]);
  });

  it('is one dead letter, however often it fails', async () => {
    for (let time = 0; time < 3; time += 1) await store.refresh([{ ...file('a'), type: 'NoSuchType' }]);
    expect(await letters()).toHaveLength(1);
  });

  it('names its size when it is too large', async () => {
    const session = await store.begin();
    const entry = { qualifiedName: 'huge', hash: 'x', oversizeBytes: 300_000 };
    await store.writer.batch({
      session: session.id,
      number: 0,
      collection: 'dataFiles',
      scope: '',
      entries: [entry],
    });
    expect(await onlyMessage()).toContain('300000 bytes');
  });

  it('that belongs to another source is a conflict that names the owner', async () => {
    await store.refresh([file('a')], { connector: 'first', source: 'First source' });
    const report = await store.refresh([file('a'), file('b')], { connector: 'second' });
    expect(report.counts).toMatchObject({ created: 1, failed: 1 });
    expect(await letters()).toMatchObject([{ connector: 'second', error: { code: 'conflict' } }]);
    expect(await onlyMessage()).toContain('"First source"');
  });

  it('claims a locator of another element in vain', async () => {
    const locators = [{ namespace: 'file://host', name: '/a' }];
    await store.refresh([file('a', { locators })]);
    const report = await store.refresh([file('b', { locators })], { connector: 'second' });
    expect(report.counts.failed).toBe(1);
    expect(await onlyMessage()).toContain('CSVFile a');
  });

  it('gets a locator that its source has moved to it', async () => {
    const locators = [{ namespace: 'file://host', name: '/a' }];
    await store.refresh([file('old', { locators })]);
    expect(await store.refresh([file('new', { locators })])).toMatchObject({ outcome: 'succeeded' });
    const rows = await store.database.rows(
      'select e.qualified_name from locator l join element e on e.id = l.element_id',
    );
    expect(rows).toEqual([{ qualified_name: 'new' }]);
  });

  it('names what cannot be kept of its texts, wherever they are, and the others are written', async () => {
    const bad = [
      file('nul\0name'),
      { ...file('property'), properties: { name: 'half \ud83d' } },
      file('key', { sourceKey: 'k\0' }),
      file('locator', { locators: [{ namespace: 'file://host', name: '/\0' }] }),
      file('reference', inFolder('d\0')),
    ];
    const report = await store.refresh([file('good \u0001 \\u0000 😀'), ...bad]);
    expect(report.counts).toMatchObject({ created: 1, failed: 5 });
    expect(await letters()).toHaveLength(5);
    expect(await store.names()).toEqual(['good \u0001 \\u0000 😀']);
    expect(await store.placeholders()).toEqual([]);
  });

  it('is refused with all that depends on it left as placeholders', async () => {
    const bad = { ...folder('root'), type: 'NoSuchType' };
    const report = await store.refresh([bad, file('root/a', inFolder('root'))]);
    expect(report.counts).toMatchObject({ created: 1, failed: 1 });
    expect(await store.placeholders()).toEqual(['root']);
  });
});

describe('a relationship', () => {
  it('of an unknown type, or with ends of wrong types, is refused with the reason', async () => {
    await store.refresh([file('target')], { connector: 'other' });
    const report = await store.refresh([
      linked('a', 'NoSuchLink', 1, 'target'),
      linked('b', 'NestedFile', 1, 'target', 'FileFolder'),
      linked('c', 'DataFlow', 2, 'target'),
    ]);
    expect(report.counts).toMatchObject({ created: 1, failed: 2 });
    const [a, b] = await letters();
    expect(a?.error.message).toContain('NoSuchLink');
    expect(b?.error.message).toContain('target is CSVFile, but must be FileFolder');
  });

  it('that was made to a placeholder is refused when the real element turns out to be of another type', async () => {
    await store.refresh([file('a', inFolder('thing'))]);
    await store.refresh([file('thing')], { connector: 'other' });
    expect(await store.relationships()).toEqual([]);
    expect((await store.elements()).a?.parent).toBeNull();
    expect(await letters()).toMatchObject([{ qualified_name: 'a', connector: 'landing-zone' }]);
    await store.refresh([file('a')]);
    expect(await letters()).toEqual([]);
  });

  it('may not be a second one where the type system allows one', async () => {
    const twice = folder('x', {
      relationships: ['p', 'q'].map((name) => ({
        type: 'FolderHierarchy',
        otherEnd: 1 as const,
        other: { type: 'FileFolder', qualifiedName: name },
      })),
    });
    expect((await store.refresh([twice])).counts.failed).toBe(1);
    expect(await onlyMessage()).toContain('parentFolder');
  });

  it('of which another element has declared the only one is a dead letter of the later one', async () => {
    const schema = (name: string): ElementWrite => ({
      type: 'TabularSchemaType',
      qualifiedName: name,
      properties: {},
      relationships: [
        {
          type: 'AssetSchemaType',
          otherEnd: 1,
          other: { type: 'Asset', qualifiedName: 'a' },
          isParent: true,
        },
      ],
    });
    await store.refresh([file('a'), schema('first')]);
    const report = await store.refresh([file('a'), schema('first'), schema('second')]);
    expect(report).toMatchObject({ outcome: 'partial', counts: { created: 1, failed: 1 } });
    expect(await store.relationships()).toEqual(['AssetSchemaType: a → first']);
    expect(await onlyMessage()).toContain('AssetSchemaType');
    // The first one goes in the same refresh: then the second one is right.
    expect(await store.refresh([file('a'), schema('second')])).toMatchObject({ outcome: 'succeeded' });
    expect(await store.relationships()).toEqual(['AssetSchemaType: a → second']);
    expect(await letters()).toEqual([]);
  });

  it('is replaced when its element moves, and stays as it is when something else changes', async () => {
    await store.refresh([folder('p'), folder('q'), folder('x', underFolder('p'))]);
    const link = () => store.database.row<{ guid: string }>('select guid from relationship');
    const first = await link();
    const renamed = folder('x', { ...underFolder('p'), properties: { name: 'other' } });
    await store.refresh([folder('p'), folder('q'), renamed]);
    expect(await link()).toEqual(first);
    await store.refresh([folder('p'), folder('q'), folder('x', underFolder('q'))]);
    expect(await store.relationships()).toEqual(['FolderHierarchy: q → x']);
    expect((await store.elements()).x?.parent).toBe('q');
  });
});
