import { randomUUID } from 'node:crypto';
import { contentHash, type ElementWrite } from '@idaemon/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { file, folder, inFolder, WritingStore, type OpenSession } from '../testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
beforeEach(() => store.clear());
afterAll(() => store.close());

const files = (count: number) => Array.from({ length: count }, (_, index) => file(`f${index}`));
const batch = (session: OpenSession, number: number, elements: readonly ElementWrite[]) => ({
  session: session.id,
  number,
  collection: 'dataFiles',
  scope: '',
  entries: elements.map((element) => ({
    qualifiedName: element.qualifiedName,
    hash: contentHash(element),
    element,
  })),
});

describe('its begin', () => {
  const isFirst = async (options = {}) => (await store.begin(options)).isFirst;

  it('says whether anything may be there to be asked for', async () => {
    expect(await isFirst()).toBe(true);
    await store.refresh([]);
    expect(await isFirst()).toBe(true);
    await store.refresh(files(1));
    expect(await isFirst()).toBe(false);
    expect(await isFirst({ connector: 'other', source: 'other' })).toBe(true);
  });

  it('says so also when a refresh got no further than its first batch', async () => {
    const session = await store.begin();
    await session.write(files(1));
    expect(await isFirst()).toBe(false);
  });
});

describe('a batch', () => {
  it('is answered as the first time when its number comes again', async () => {
    const session = await store.begin();
    const first = await store.writer.batch(batch(session, 0, files(2)));
    expect(first.counts).toMatchObject({ created: 2 });
    expect(await store.writer.batch(batch(session, 0, files(2)))).toEqual(first);
    expect(await store.count('change_feed')).toBeGreaterThan(0);
    await session.complete();
    expect((await session.commit(1)).counts).toMatchObject({ created: 2, unchanged: 0 });
  });

  it('holds elements of several collections, each kept in the scope of its own', async () => {
    const session = await store.begin();
    const request = batch(session, 0, [folder('landing'), file('f1', inFolder('landing')), file('f2')]);
    const entries = request.entries.map((entry) =>
      entry.element.type === 'FileFolder' ? { ...entry, collection: 'fileFolders' } : entry,
    );
    expect((await store.writer.batch({ ...request, entries })).counts).toMatchObject({ created: 3 });
    const kept = await store.database.rows(
      `select s.collection, array_agg(e.qualified_name order by e.qualified_name) as names
       from element e join sweep_scope s on s.id = e.scope_id group by 1 order by 1`,
    );
    expect(kept).toEqual([
      { collection: 'dataFiles', names: ['f1', 'f2'] },
      { collection: 'fileFolders', names: ['landing'] },
    ]);
  });

  it('is done once when it is sent twice at the same time', async () => {
    const session = await store.begin();
    const replies = await Promise.all(
      [0, 0, 1, 1].map((number) => store.writer.batch(batch(session, number, files(3)))),
    );
    expect(replies.map(({ counts }) => counts.created)).toEqual([3, 3, 3, 3]);
    expect(await store.names()).toHaveLength(3);
  });

  it('counts what it wrote before its answer was lost', async () => {
    const session = await store.begin();
    // Another replica, as after a commit of which Postgres could not tell the gateway any more.
    await store.writer.batch(batch(session, 0, files(3)));
    const again = store.newWriter();
    const { session: id } = await again.begin({
      fence: await store.fence(),
      runId: session.runId,
      mode: 'refresh',
      trigger: 'request',
      startedAt: new Date().toISOString(),
      service: 'files-integrator',
      source: { qualifiedName: 'landing-zone', displayName: 'landing-zone' },
      synchronization: 'from-third-party',
      removal: { maxPercent: 5, minElements: 10 },
    });
    const reply = await again.batch({ ...batch(session, 0, files(4)), session: id });
    expect(reply.counts).toMatchObject({ created: 4, unchanged: 0 });
  });

  it('is refused as a whole when a newer epoch was claimed, and so is the commit', async () => {
    await store.refresh(files(2));
    const session = await store.begin();
    const newest = await store.claim();
    await expect(session.write([file('late')])).rejects.toMatchObject({
      code: 'ownership-lost',
      epoch: newest,
    });
    await session.complete();
    await expect(session.commit(0)).rejects.toMatchObject({ code: 'ownership-lost' });
    expect(await store.names()).toEqual(['f0', 'f1']);
  });

  it('is refused for a connector that may only write to its third party', async () => {
    const session = await store.begin({ synchronization: 'to-third-party' });
    await expect(session.write([file('a')])).rejects.toMatchObject({
      code: 'not-authorized',
      message: expect.stringContaining('to-third-party') as string,
    });
    await expect(session.complete()).rejects.toMatchObject({ code: 'not-authorized' });
  });

  it('waits its turn: children find the parents of the batch before', async () => {
    const session = await store.begin();
    await Promise.all([
      store.writer.batch(batch(session, 0, [folder('root')])),
      store.writer.batch(batch(session, 1, [file('root/a', inFolder('root'))])),
    ]);
    expect(await store.placeholders()).toEqual([]);
    expect((await store.elements())['root/a']?.parent).toBe('root');
  });
});

describe('a session', () => {
  it('is lost with the replica that owns it, and nothing is removed', async () => {
    await store.refresh(files(3));
    const session = await store.begin();
    await session.write(files(1));
    const other = store.newWriter();
    const request = { session: session.id, batches: 2 };
    await expect(other.commit(request)).rejects.toMatchObject({ code: 'session-lost' });
    await expect(other.batch(batch(session, 3, files(1)))).rejects.toMatchObject({ code: 'session-lost' });
    expect(await store.names()).toHaveLength(3);
  });

  it('cannot commit when a newer one of its connector has begun elsewhere', async () => {
    await store.refresh(files(3));
    const older = await store.begin();
    await older.complete();
    store.writer = store.newWriter();
    const newer = await store.begin();
    const olderStore = older.store.newWriter();
    await expect(olderStore.commit({ session: older.id, batches: 0 })).rejects.toMatchObject({
      code: 'session-lost',
    });
    await newer.write(files(3));
    await newer.complete();
    expect((await newer.commit()).counts.unchanged).toBe(3);
  });

  it('fails without removing anything when batches are missing', async () => {
    await store.refresh(files(3));
    const session = await store.begin();
    await session.write(files(1));
    await session.complete();
    const report = await session.commit(7);
    expect(report).toMatchObject({
      outcome: 'failed',
      error: { code: 'session-lost' },
      counts: { removed: 0 },
    });
    expect(await store.names()).toHaveLength(3);
  });

  it('answers the same report however often its commit is asked for', async () => {
    const session = await store.begin();
    await session.write(files(2));
    await session.complete();
    const [first, second] = await Promise.all([session.commit(), session.commit()]);
    expect(second).toEqual(first);
    expect(await session.commit()).toEqual(first);
    expect(await store.newWriter().commit({ session: session.id, batches: 2 })).toEqual({
      state: 'done',
      report: first,
    });
  });

  it('expires when nothing is heard of its client for a minute, but not while it says that it lives', async () => {
    await store.refresh(files(2));
    const session = await store.begin();
    store.nowMs += 50_000;
    await store.writer.keepAlive({ session: session.id });
    store.nowMs += 50_000;
    store.writer.expireSessions();
    await session.write(files(1));
    store.nowMs += 61_000;
    store.writer.expireSessions();
    await expect(session.complete()).rejects.toMatchObject({ code: 'session-lost' });
    expect(await store.names()).toHaveLength(2);
  });

  it('that is abandoned with an error leaves a failed report, and none without', async () => {
    await store.refresh(files(2));
    const error = { code: 'system-unavailable' as const, message: 'The share is away', action: 'Wait.' };
    const failed = await store.begin();
    await failed.write([file('f0'), file('new')]);
    const { report } = await store.writer.abandon({ session: failed.id, error });
    expect(report).toMatchObject({ outcome: 'failed', error, counts: { created: 1, removed: 0 } });
    const stopped = await store.begin();
    expect(await store.writer.abandon({ session: stopped.id })).toEqual({ report: null });
    expect(await store.names()).toEqual(['f0', 'f1', 'new']);
  });

  it('is refused with a time to come again when there are too many', async () => {
    const writer = store.newWriter(1);
    const begin = async (connector: string) =>
      writer.begin({
        fence: await store.fence(connector),
        runId: randomUUID(),
        mode: 'refresh',
        trigger: 'request',
        startedAt: new Date().toISOString(),
        service: 'files-integrator',
        source: { qualifiedName: connector, displayName: connector },
        synchronization: 'from-third-party',
        removal: { maxPercent: 5, minElements: 10 },
      });
    await begin('one');
    await expect(begin('two')).rejects.toMatchObject({ code: 'busy', retryAfterMs: 5_000 });
  });

  it('leaves what a single change has written meanwhile', async () => {
    await store.refresh(files(3));
    const upsert = (element: ElementWrite) => ({
      operation: 'upsert' as const,
      collection: 'dataFiles',
      scope: '',
      element,
    });
    const session = await store.begin();
    await session.write(files(1));
    await store.change([
      upsert(file('f1')),
      upsert(file('new')),
      upsert({ ...file('f2'), properties: { name: 'x' } }),
    ]);
    await session.complete();
    expect((await session.commit()).counts.removed).toBe(0);
    expect(await store.names()).toEqual(['f0', 'f1', 'f2', 'new']);
  });

  it('does not bring back what a single change has removed meanwhile', async () => {
    await store.refresh(files(3));
    const session = await store.begin();
    const element = { type: 'CSVFile', qualifiedName: 'f1' };
    await store.change([{ operation: 'remove', collection: 'dataFiles', element, recursive: true }]);
    await session.write(files(3));
    await session.complete();
    expect((await session.commit()).counts).toMatchObject({ created: 0, removed: 0, unchanged: 2 });
    expect(await store.names()).toEqual(['f0', 'f2']);
    expect((await store.refresh(files(3))).counts.created).toBe(1);
  });
});
