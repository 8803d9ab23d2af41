import { afterAll, beforeAll, expect, test } from 'vitest';
import { lineageStore, type LineageStore } from '../testing/lineage-store.js';
import { runEvent } from '../testing/made-events.js';
import { requestReplay } from './replay-rows.js';
import { subscribe } from './subscription-rows.js';

let store: LineageStore;
beforeAll(async () => {
  store = await lineageStore();
});
afterAll(() => store.drop());

test('a replay is asked for at all streams or at none', async () => {
  await store.log(...Array.from({ length: 40 }, (_, run) => runEvent({ run })));
  const subscriber = { connector: 'http-out', shard: 0, epoch: 1, streams: [0, 1, 2, 3, 4, 5, 6, 7] };
  await subscribe(store.database, subscriber, 'now');
  await store.database.rows('alter table replay add constraint spec check (stream < 5)');
  const request = { connector: 'http-out', match: {}, requestedBy: 'spec' };
  await expect(requestReplay(store.database, request)).rejects.toThrow('constraint');
  expect(await store.database.rows('select 1 from replay')).toEqual([]);
});
