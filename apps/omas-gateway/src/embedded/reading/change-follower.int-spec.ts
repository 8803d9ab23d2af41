import { ChangesQuery, RequestError } from '@idaemon/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SeededStore } from '../testing/seeded-store.js';
import { ChangeFollower } from './change-follower.js';

let store: SeededStore;
beforeEach(async () => {
  store = await SeededStore.open();
});
afterEach(() => store.close());

const follow = async (query: object) => {
  const page = await new ChangeFollower(store.database).follow(ChangesQuery.parse(query));
  const told = page.items.map(({ change: { kind, element } }) => `${kind} ${element.qualifiedName}`);
  return { ...page, told };
};
const now = async () => (await follow({ from: 'now' })).cursor;
const prune = async (position: number) => {
  await store.database.rows('delete from change_feed where position <= $1', [position]);
  await store.database.rows('update feed_head set pruned = $1', [position]);
};

describe('following changes', () => {
  it('gives everything first, and what is written meanwhile afterwards', async () => {
    await store.elements({ name: 'a' }, { name: 'b' }, { name: 'placeholder', source: null });
    const first = await follow({ limit: 1 });
    expect(first).toMatchObject({ told: ['changed a'], hasMore: true, hasGap: false });
    await store.elements({ name: 'c' });
    const second = await follow({ cursor: first.cursor });
    expect(second.told).toEqual(['changed b', 'changed c']);
    const third = await follow({ cursor: second.cursor });
    expect(third).toMatchObject({ told: ['changed c'], hasMore: false });
    expect(await follow({ cursor: third.cursor })).toMatchObject({ told: [], hasMore: false, hasGap: false });
  });

  it('gives only what is to come to whoever asks for that', async () => {
    await store.elements({ name: 'a' });
    const cursor = await now();
    await store.elements({ name: 'b' });
    expect((await follow({ cursor })).told).toEqual(['changed b']);
  });

  it('gives an element that has changed often once, in its latest state, behind its last change', async () => {
    const cursor = await now();
    const { a, b } = await store.elements({ name: 'a' }, { name: 'b' });
    await store.change(a ?? '', 'updated');
    const page = await follow({ cursor });
    expect(page.told).toEqual(['changed b', 'changed a']);
    expect(page.items[1]?.change.element).toMatchObject({
      guid: a,
      displayName: 'a',
      source: 'landing-zone',
    });
    expect((await follow({ cursor: page.items[0]?.cursor })).told).toEqual(['changed a']);
    await store.database.rows('delete from element where guid = $1', [b]);
    expect((await follow({ cursor })).told).toEqual(['removed b', 'changed a']);
  });

  it('filters by type with its subtypes and by source, and leaves out what the asker did itself', async () => {
    const cursor = await now();
    await store.elements({ name: 'a' }, { name: 'b', type: 'FileFolder' }, { name: 'c', source: 'shop' });
    const filter = { types: ['DataFile'], sources: ['landing-zone'] };
    expect((await follow({ cursor, ...filter })).told).toEqual(['changed a']);
    expect((await follow(filter)).told).toEqual(['changed a']);
    expect((await follow({ cursor, notBy: 'spec' })).told).toEqual([]);
    expect((await follow({ notBy: 'spec' })).told).toEqual([]);
  });

  it('gives an own element in a full reading when another source has a facet of it', async () => {
    await store.elements({ name: 'a' }, { name: 'b' }, { name: 'c', source: 'shop' });
    await store.relate('DataFlow', 'c', 'c');
    expect((await follow({ notBy: 'spec' })).told).toEqual(['changed c']);
  });

  it('reads everything anew, and says so, when the feed no longer reaches back or is another one', async () => {
    await store.elements({ name: 'a' });
    const old = await now();
    await store.elements({ name: 'b' }, { name: 'c' });
    await prune(2);
    const page = await follow({ cursor: old, limit: 2 });
    expect(page).toMatchObject({ told: ['changed a', 'changed b'], hasGap: true });
    expect(await follow({ cursor: page.cursor })).toMatchObject({ told: ['changed c'], hasGap: false });
    await store.database.rows('update feed_head set position = 2');
    const ahead = Buffer.from(JSON.stringify({ position: 3 })).toString('base64url');
    expect(await follow({ cursor: ahead })).toMatchObject({ hasGap: true });
  });

  it('cuts an answer at the bytes of a message, and goes on where it was cut', async () => {
    const large = { properties: { description: 'x'.repeat(200_000) } };
    const cursor = await now();
    await store.elements({ name: 'a', ...large }, { name: 'b', ...large }, { name: 'c', ...large });
    const page = await follow({ cursor });
    expect(page).toMatchObject({ told: ['changed a', 'changed b'], hasMore: true });
    expect(await follow({ cursor: page.cursor })).toMatchObject({ told: ['changed c'], hasMore: false });
    const anew = await follow({});
    expect(anew.told).toEqual(['changed a', 'changed b']);
    expect((await follow({ cursor: anew.cursor })).told).toEqual(['changed c']);
  });

  it('refuses a cursor that it has not given', async () => {
    await expect(follow({ cursor: 'none' })).rejects.toBeInstanceOf(RequestError);
  });
});
