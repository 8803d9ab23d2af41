import type { ElementWrite } from '@idaemon/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  file,
  folder,
  inFolder,
  underFolder,
  WritingStore,
  type OpenSession,
} from '../testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
beforeEach(() => store.clear());
afterAll(() => store.close());

const files = (count: number, prefix = 'f') =>
  Array.from({ length: count }, (_, index) => file(`${prefix}${String(index).padStart(3, '0')}`));
const differences = async (runId: string) => {
  const { items } = await store.writer.runDifferences({ runId, pageSize: 100 });
  return items.map(({ change, qualifiedName }) => `${change} ${qualifiedName}`);
};
const unread = (session: OpenSession, element: string) =>
  store.writer.unread({
    session: session.id,
    element: { type: 'FileFolder', qualifiedName: element },
    unread: { what: element, reason: 'permission denied' },
  });

describe('removals of a refresh', () => {
  it('wait for a person when they are too many, while creates and updates go on', async () => {
    await store.refresh(files(100));
    const report = await store.refresh([
      ...files(90).slice(1),
      file('new'),
      { ...file('f000'), properties: { name: 'x' } },
    ]);
    expect(report).toMatchObject({
      outcome: 'waiting-for-approval',
      heldRemovals: 10,
      counts: { created: 1, updated: 1, removed: 0 },
    });
    expect(await store.names()).toHaveLength(101);
    expect((await differences(report.id)).filter((text) => text.startsWith('held-removal'))).toHaveLength(10);
  });

  it('that were approved go, if the next complete read still misses them, and no others', async () => {
    await store.refresh(files(100));
    const held = await store.refresh(files(80));
    const report = await store.refresh([...files(79), file('f095')], { approves: held.id });
    expect(report).toMatchObject({
      outcome: 'succeeded',
      approves: held.id,
      counts: { removed: 20 },
      heldRemovals: 0,
    });
    expect(await store.names()).toEqual(
      [...files(79), file('f095')].map(({ qualifiedName }) => qualifiedName),
    );
  });

  it('that came since an approval wait for another one', async () => {
    await store.refresh(files(100));
    const held = await store.refresh(files(80));
    const report = await store.refresh(files(60), { approves: held.id });
    expect(report).toMatchObject({
      outcome: 'waiting-for-approval',
      counts: { removed: 20 },
      heldRemovals: 20,
    });
  });

  it('wait when a scope came back empty', async () => {
    const any = { maxPercent: 100, minElements: 0 };
    await store.refresh(files(10), { removal: any });
    expect(await store.refresh([], { removal: any })).toMatchObject({
      heldRemovals: 10,
      counts: { removed: 0 },
    });
  });

  it('count by source too, when they are spread over many scopes', async () => {
    const scopes = ['a', 'b', 'c', 'd'];
    const all = await store.begin();
    for (const scope of scopes) {
      await all.write(files(5, scope), { scope });
      await all.complete({ scope });
    }
    await all.commit();
    const none = await store.begin();
    for (const scope of scopes) await none.complete({ scope });
    expect(await none.commit()).toMatchObject({ outcome: 'waiting-for-approval', heldRemovals: 20 });
  });

  it('count what is below them', async () => {
    const session = await store.begin();
    await session.write([folder('root'), folder('other'), ...files(300, 'x')], { collection: 'fileFolders' });
    await session.write(files(20).map((one) => ({ ...one, ...inFolder('root') })));
    await session.complete({ collection: 'fileFolders' });
    await session.complete();
    await session.commit();
    const next = await store.begin();
    await next.write([folder('other'), ...files(300, 'x')], { collection: 'fileFolders' });
    await next.complete({ collection: 'fileFolders' });
    expect(await next.commit()).toMatchObject({ outcome: 'waiting-for-approval', heldRemovals: 21 });
  });

  it('spare everything at and below what could not be read, and what holds it', async () => {
    const tree: ElementWrite[] = [
      folder('root'),
      folder('root/closed', underFolder('root')),
      file('root/closed/a', inFolder('root/closed')),
      folder('root/closed/deep', underFolder('root/closed')),
      file('root/closed/deep/b', inFolder('root/closed/deep')),
      file('root/gone', inFolder('root')),
    ];
    await store.refresh(tree);
    const session = await store.begin();
    await session.write([folder('root')]);
    await unread(session, 'root/closed');
    await session.complete();
    const report = await session.commit();
    expect(report).toMatchObject({
      outcome: 'partial',
      counts: { removed: 1 },
      unread: [{ what: 'root/closed', reason: 'permission denied' }],
      unreadCount: 1,
    });
    expect(await store.names()).toEqual([
      'root',
      'root/closed',
      'root/closed/a',
      'root/closed/deep',
      'root/closed/deep/b',
    ]);
  });

  it('spare a whole collection that could not be read', async () => {
    await store.refresh(files(3));
    const session = await store.begin();
    await store.writer.unread({
      session: session.id,
      collection: 'dataFiles',
      unread: { what: 'dataFiles', reason: 'time-out' },
    });
    await session.complete();
    expect(await session.commit()).toMatchObject({ outcome: 'partial', counts: { removed: 0 } });
    expect(await store.names()).toHaveLength(3);
  });

  it('do not happen in a scope that was not read to its end', async () => {
    await store.refresh(files(3));
    const session = await store.begin();
    await session.write(files(1));
    expect(await session.commit()).toMatchObject({ counts: { removed: 0, unchanged: 1 } });
    expect(await store.names()).toHaveLength(3);
  });

  it('do not touch other scopes, other connectors and other sources', async () => {
    await store.refresh(files(2, 'mine'));
    await store.refresh(files(2, 'theirs'), { connector: 'other' });
    await store.refresh(files(2, 'shared'), { connector: 'third', source: 'landing-zone' });
    await store.refresh([], {});
    expect(await store.names()).toEqual(['shared000', 'shared001', 'theirs000', 'theirs001']);
  });

  it('take what configuration no longer names, after one complete refresh', async () => {
    await store.refresh(files(3, 'old'), { scope: 'old-path' });
    const half = await store.begin();
    await half.write(files(3, 'new'), { scope: 'new-path' });
    await half.complete({ scope: 'new-path' });
    await half.write([file('x')], { scope: 'left-open' });
    await half.commit();
    expect(await store.names()).toContain('old000');
    const report = await store.refresh(files(3, 'new'), { scope: 'new-path' });
    expect(report.counts.removed).toBe(4);
    expect(await store.names()).toEqual(['new000', 'new001', 'new002']);
  });

  it('follow a connector to another metadata source', async () => {
    await store.refresh(files(12), { source: 'old-source' });
    const guids = Object.values(await store.elements()).map(({ guid }) => guid);
    const report = await store.refresh(files(12), { source: 'new-source' });
    expect(report).toMatchObject({ outcome: 'succeeded', counts: { updated: 12, removed: 0, failed: 0 } });
    expect(Object.values(await store.elements()).map(({ guid }) => guid)).toEqual(guids);
    expect((await store.refresh(files(12), { source: 'new-source' })).counts.unchanged).toBe(12);
  });

  it('never take what a refresh did not fill', async () => {
    const upsert = { operation: 'upsert' as const, collection: 'events', scope: '', element: file('event') };
    await store.change([upsert]);
    await store.refresh(files(2));
    expect(await store.names()).toContain('event');
  });

  it('leave a placeholder while others refer to the element, which goes with the last reference', async () => {
    const flow = {
      type: 'DataFlow',
      otherEnd: 2 as const,
      other: { type: 'Referenceable', qualifiedName: 'f000' },
    };
    await store.refresh(files(2));
    const { f000 } = await store.elements();
    await store.refresh([file('reader', { relationships: [flow] })], { connector: 'lineage' });
    await store.refresh([file('f001')]);
    expect([await store.names(), await store.placeholders()]).toEqual([['f001', 'reader'], ['f000']]);
    await store.refresh(files(2));
    expect((await store.elements()).f000).toMatchObject({ guid: f000?.guid, version: 2 });
    await store.refresh([file('f001')]);
    await store.refresh([file('reader')], { connector: 'lineage' });
    expect(await store.placeholders()).toEqual([]);
    expect(await store.count('locator')).toBe(0);
  });
});

describe('a plan', () => {
  it('says what a refresh would do and does nothing', async () => {
    await store.refresh(files(3));
    const tables = [
      'element',
      'element_history',
      'relationship',
      'change_feed',
      'dead_letter',
      'sweep_scope',
    ];
    const rows = async () =>
      Promise.all(tables.map((table) => store.database.rows(`select * from ${table} t order by t::text`)));
    const before = await rows();
    const bad = { ...file('bad'), properties: { nme: 'x' } };
    const wanted = [
      file('f000'),
      { ...file('f001'), properties: { name: 'x', description: 'y' } },
      file('new'),
      bad,
    ];
    const report = await store.refresh(wanted, { mode: 'plan', scope: '' });
    expect(report).toMatchObject({
      mode: 'plan',
      outcome: 'partial',
      counts: { created: 1, updated: 1, removed: 1, unchanged: 1, failed: 1 },
    });
    expect(await rows()).toEqual(before);
    const { items } = await store.writer.runDifferences({ runId: report.id, pageSize: 10 });
    expect(items).toHaveLength(4);
    expect(items.find(({ change }) => change === 'updated')).toMatchObject({
      qualifiedName: 'f001',
      detail: 'description, name',
    });
    expect(items.find(({ change }) => change === 'failed')?.detail).toContain('nme');
    expect((await differences(report.id)).sort()).toEqual([
      'created new',
      'failed bad',
      'removed f002',
      'updated f001',
    ]);
  });

  it('shows removals that would wait, and may be approved', async () => {
    await store.refresh(files(100));
    const plan = await store.refresh(files(50), { mode: 'plan' });
    expect(plan).toMatchObject({ outcome: 'succeeded', heldRemovals: 50, counts: { removed: 0 } });
    expect(await store.refresh(files(50), { approves: plan.id })).toMatchObject({ counts: { removed: 50 } });
  });
});
