import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metadataMessages } from '@idaemon/contracts';
import { SeededStore } from '../testing/seeded-store.js';
import { ChangeFeed } from './change-feed.js';

let store: SeededStore;
beforeEach(async () => {
  store = await SeededStore.open();
});
afterEach(() => store.close());

const read = (query: object) =>
  new ChangeFeed(store.database).read(metadataMessages.changes.request.parse(query));

describe('the change feed', () => {
  it('is read by position, oldest first, until nothing is new', async () => {
    await store.elements({ name: 'a' }, { name: 'b' }, { name: 'c' });
    const first = await read({ position: 0, limit: 2 });
    expect(first).toMatchObject({ position: 2, gap: false });
    expect(first.items).toMatchObject([
      { position: 1, kind: 'created', qualifiedName: 'a', source: 'landing-zone', connector: 'spec' },
      { position: 2, qualifiedName: 'b' },
    ]);
    expect(await read({ position: 2 })).toMatchObject({ position: 3, items: [{ qualifiedName: 'c' }] });
    expect(await read({ position: 3 })).toEqual({ position: 3, items: [], gap: false });
  });

  it('goes on past what the filters leave out', async () => {
    await store.elements({ name: 'a' }, { name: 'b', type: 'FileFolder' }, { name: 'c', source: 'shop' });
    const files = await read({ position: 0, types: ['DataFile'], sources: ['landing-zone'] });
    expect(files).toMatchObject({ position: 3, items: [{ qualifiedName: 'a' }] });
    expect(await read({ position: 0, notBy: 'spec' })).toEqual({ position: 3, items: [], gap: false });
    expect((await read({ position: 0, notBy: 'another' })).items).toHaveLength(3);
  });

  it('tells a reader that is behind what is kept, or ahead of what there is, that it has a gap', async () => {
    await store.elements({ name: 'a' }, { name: 'b' }, { name: 'c' });
    await store.database.rows('delete from change_feed where position <= 2');
    await store.database.rows('update feed_head set pruned = 2');
    expect(await read({ position: 1 })).toMatchObject({
      gap: true,
      position: 3,
      items: [{ qualifiedName: 'c' }],
    });
    expect(await read({ position: 2 })).toMatchObject({ gap: false, position: 3 });
    expect(await read({ position: 900 })).toEqual({ gap: true, position: 3, items: [] });
  });
});
