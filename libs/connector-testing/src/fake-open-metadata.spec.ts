import { createMetadata, defineIntegrationService } from '@idaemon/connector-kit';
import type { ElementWrite } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';
import { FakeOpenMetadata } from './fake-open-metadata.js';

const service = defineIntegrationService({
  name: 'files-integrator',
  description: 'For the tests of the fake.',
  collections: { fileFolders: { type: 'FileFolder', parents: { fileFolders: 'FolderHierarchy' } } },
});

describe('FakeOpenMetadata', () => {
  it('keeps the GUID of an element that comes under a new name with the same source key', async () => {
    const openMetadata = new FakeOpenMetadata();
    await refresh(openMetadata, [folder('/a', { sourceKey: '1' })]);
    const guid = openMetadata.guidOf('/a');
    const { updated, removed } = await refresh(openMetadata, [folder('/b', { sourceKey: '1' })]);
    expect({ updated, removed, names: openMetadata.names() }).toEqual({
      ...{ updated: ['/b'], removed: [], names: ['/b'] },
    });
    expect(openMetadata.guidOf('/b')).toBe(guid);
  });

  it('swaps two names in one session', async () => {
    const openMetadata = new FakeOpenMetadata();
    await refresh(openMetadata, [folder('/a', { sourceKey: '1' }), folder('/b', { sourceKey: '2' })]);
    const [a, b] = [openMetadata.guidOf('/a'), openMetadata.guidOf('/b')];
    await refresh(openMetadata, [folder('/a', { sourceKey: '2' }), folder('/b', { sourceKey: '1' })]);
    expect([openMetadata.guidOf('/a'), openMetadata.guidOf('/b')]).toEqual([b, a]);
  });

  it('sweeps a folder with all that hangs below it, at the commit only', async () => {
    const openMetadata = new FakeOpenMetadata();
    const tree = [folder('/a'), folder('/a/b', { parent: '/a' }), folder('/a/b/c', { parent: '/a/b' })];
    await refresh(openMetadata, [...tree, folder('/d')]);
    const session = openMetadata.begin();
    await session.write('fileFolders', '', folder('/d'));
    await session.complete('fileFolders', '');
    expect(openMetadata.names()).toHaveLength(4);
    expect(session.commit().removed.toSorted()).toEqual(['/a', '/a/b', '/a/b/c']);
  });

  it('sweeps nothing at or below an element that was unread', async () => {
    const openMetadata = new FakeOpenMetadata();
    const tree = [folder('/a'), folder('/a/b', { parent: '/a' }), folder('/c')];
    await refresh(openMetadata, tree);
    const session = openMetadata.begin();
    await session.unread(
      { what: '/a', reason: 'it is locked' },
      { element: { type: 'FileFolder', qualifiedName: '/a' } },
    );
    await session.complete('fileFolders', '');
    expect(session.commit().removed).toEqual(['/c']);
  });

  it('sweeps no scope that was not read to its end', async () => {
    const openMetadata = new FakeOpenMetadata();
    await refresh(openMetadata, [folder('/a')]);
    const session = openMetadata.begin();
    await session.write('fileFolders', '', folder('/b'));
    expect(session.commit().removed).toEqual([]);
  });

  it('sweeps a scope that is no longer read at all, unless something was unread', async () => {
    const openMetadata = new FakeOpenMetadata();
    await refresh(openMetadata, [folder('/a')], 'old');
    const partial = openMetadata.begin();
    await partial.unread({ what: 'other', reason: 'away' }, { collection: 'other' });
    expect(partial.commit().removed).toEqual([]);
    expect((await refresh(openMetadata, [folder('/b')], 'new')).removed).toEqual(['/a']);
  });

  it('refuses what the type system does not know, and keeps what it has of it', async () => {
    const openMetadata = new FakeOpenMetadata();
    await refresh(openMetadata, [folder('/a')]);
    const wrong = { ...folder('/a'), properties: { colour: 'red' } };
    const { refused, removed } = await refresh(openMetadata, [wrong]);
    expect(refused.join()).toContain('colour');
    expect(removed).toEqual([]);
  });

  it('applies single changes and tells what they did', async () => {
    const openMetadata = new FakeOpenMetadata();
    const metadata = createMetadata(service, openMetadata);
    expect(await metadata.fileFolders.upsert({ qualifiedName: '/a' })).toMatchObject({ result: 'created' });
    expect(await metadata.fileFolders.upsert({ qualifiedName: '/a' })).toMatchObject({ result: 'unchanged' });
    expect(await metadata.fileFolders.get('/a')).toMatchObject({ type: 'FileFolder', displayName: 'a' });
    expect(await metadata.fileFolders.remove('/a')).toMatchObject({ result: 'removed' });
    expect(await metadata.fileFolders.remove('/a')).toMatchObject({ result: 'absent' });
    expect(await metadata.classify('/a', 'PrimaryKey')).toMatchObject({ result: 'refused' });
  });
});

function folder(
  qualifiedName: string,
  { sourceKey, parent }: { sourceKey?: string; parent?: string } = {},
): ElementWrite {
  const other = { type: 'FileFolder', qualifiedName: parent };
  return {
    ...{ type: 'FileFolder', qualifiedName, properties: {}, sourceKey },
    ...(parent ? { relationships: [{ type: 'FolderHierarchy', otherEnd: 1, other, isParent: true }] } : {}),
  };
}

async function refresh(openMetadata: FakeOpenMetadata, elements: readonly ElementWrite[], scope = '') {
  const session = openMetadata.begin();
  for (const element of elements) await session.write('fileFolders', scope, element);
  await session.complete('fileFolders', scope);
  return session.commit();
}

describe('hearsay', () => {
  const locator = { namespace: 'postgres://db:5432', name: 'shop.public.orders' };
  const table = (qualifiedName: string): ElementWrite => ({
    ...{ type: 'RelationalTable', qualifiedName, properties: { displayName: 'orders' } },
    locators: [locator],
  });

  it('is an element, and changes nothing of what another source has', async () => {
    const openMetadata = new FakeOpenMetadata();
    const upsert = (element: ElementWrite) =>
      openMetadata.change({ operation: 'upsert', collection: 'tables', scope: '', element });
    expect(await upsert({ ...table('heard'), isTentative: true })).toMatchObject({ result: 'created' });
    const other = new FakeOpenMetadata();
    other.elsewhere.upsert(table('owned'));
    const element = { ...table('heard'), isTentative: true } as const;
    const result = await other.change({ operation: 'upsert', collection: 'tables', scope: '', element });
    expect(result).toEqual({ result: 'unchanged', guid: other.guidOf('owned') });
    expect(other.names()).toEqual(['owned']);
  });
});
