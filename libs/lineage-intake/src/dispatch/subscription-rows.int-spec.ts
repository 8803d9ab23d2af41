import { afterAll, beforeAll, expect, test } from 'vitest';
import { lineageStore, type LineageStore } from '../testing/lineage-store.js';
import { noteGap, subscribe } from './subscription-rows.js';

let store: LineageStore;
beforeAll(async () => {
  store = await lineageStore();
});
afterAll(() => store.drop());

test('a gap is counted once, also when nothing was saved since, and by its owner only', async () => {
  const subscriber = { connector: 'http-out', shard: 0, epoch: 1, streams: [0] };
  await subscribe(store.database, subscriber, 'oldest');
  await store.database.rows('update stream set position = 9, removed_to = 5 where stream = 0');
  await noteGap(store.database, subscriber, 0, { missed: 5, removedTo: 5 });
  const newer = { ...subscriber, epoch: 2 };
  expect(await subscribe(store.database, newer, 'oldest')).toEqual([{ stream: 0, position: 5, missed: 0 }]);
  await expect(noteGap(store.database, subscriber, 0, { missed: 1, removedTo: 6 })).rejects.toMatchObject({
    ...{ code: 'ownership-lost', epoch: 2 },
  });
  expect(await store.database.rows('select gap_events, position from subscription')).toEqual([
    { gap_events: '5', position: '5' },
  ]);
});
