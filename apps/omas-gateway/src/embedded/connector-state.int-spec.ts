import { contentHash, type SessionBatch, type StateValues } from '@idaemon/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConnectorStates } from './reading/connector-state.js';
import { file, WritingStore, type OpenSession } from './testing/writing-store.js';

let store: WritingStore;
beforeAll(async () => {
  store = await WritingStore.open();
});
beforeEach(async () => {
  await store.clear();
  await store.database.rows('truncate connector_state');
});
afterAll(() => store.close());

const stateOf = async (key: string) =>
  (await new ConnectorStates(store.database).get({ connector: 'landing-zone', shard: 0, key })).value;
const upsert = (name: string, state: StateValues) => async () =>
  store.writer.change({
    fence: await store.fence(),
    service: 'files-integrator',
    source: { qualifiedName: 'landing-zone', displayName: 'landing-zone' },
    synchronization: 'both-directions',
    removal: { maxPercent: 5, minElements: 10 },
    changes: [{ operation: 'upsert', collection: 'dataFiles', scope: '', element: file(name) }],
    state,
  });
const batch = (session: OpenSession, number: number, names: string[], more: Partial<SessionBatch>) =>
  store.writer.batch({
    session: session.id,
    number,
    collection: 'dataFiles',
    scope: '',
    entries: names.map((name) => ({
      qualifiedName: name,
      hash: contentHash(file(name)),
      ...(more.entries ? {} : { element: file(name) }),
    })),
    ...(more.state ? { state: more.state } : {}),
  });
const probed = { entries: [] };

describe('state of a connector', () => {
  it('is saved with the single changes that carry it, or not at all', async () => {
    await upsert('a', { cursor: 7, etag: 'x' })();
    expect([await stateOf('cursor'), await stateOf('etag')]).toEqual([7, 'x']);
    const late = await store.fence();
    await store.claim();
    await expect(
      store.writer.change({
        fence: late,
        service: 'files-integrator',
        source: { qualifiedName: 'landing-zone', displayName: 'landing-zone' },
        synchronization: 'both-directions',
        removal: { maxPercent: 5, minElements: 10 },
        changes: [],
        state: { cursor: 8 },
      }),
    ).rejects.toMatchObject({ code: 'ownership-lost' });
    expect(await stateOf('cursor')).toBe(7);
  });

  it('is saved with the batch that carries it, once the content of all its entries is there', async () => {
    const session = await store.begin();
    const first = await batch(session, 0, ['a'], { ...probed, state: { cursor: 1 } });
    expect(first.needed).toEqual([0]);
    expect(await stateOf('cursor')).toBeNull();
    await batch(session, 1, ['a'], { state: { cursor: 1 } });
    expect(await stateOf('cursor')).toBe(1);
    await batch(session, 2, ['a'], { ...probed, state: { cursor: 2 } });
    expect(await stateOf('cursor')).toBe(2);
  });

  it('stays as it was when a plan is made', async () => {
    const session = await store.begin({ mode: 'plan' });
    await batch(session, 0, ['a'], { state: { cursor: 1 } });
    expect(await stateOf('cursor')).toBeNull();
  });

  it('is refused when it is too large or no text that can be kept, and nothing is written', async () => {
    await expect(upsert('a', { cursor: 'x'.repeat(70_000) })()).rejects.toMatchObject({
      code: 'payload-too-large',
    });
    await expect(upsert('a', { cursor: 'x\0' })()).rejects.toMatchObject({ code: 'request-invalid' });
    const session = await store.begin();
    await expect(batch(session, 0, ['a'], { state: { cursor: 'x\0' } })).rejects.toMatchObject({
      code: 'request-invalid',
    });
    expect(await store.names()).toEqual([]);
  });
});
