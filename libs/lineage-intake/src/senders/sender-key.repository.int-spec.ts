import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { lineageStore, type LineageStore } from '../testing/lineage-store.js';
import { SenderKeyRepository, type KnownKeys } from './sender-key.repository.js';

let store: LineageStore;
let repository: SenderKeyRepository;
beforeAll(async () => {
  store = await lineageStore();
  repository = new SenderKeyRepository(store.database);
});
afterAll(() => store.drop());
beforeEach(() => store.database.rows('delete from sender_key_revision'));

const listOf = (revision: number, name: string): KnownKeys => ({
  revision,
  keys: [{ id: randomUUID(), name, hash: name.padEnd(64, '0'), namespaces: ['prod'], revokedAt: null }],
});

test('a list that another replica has overtaken is not kept', async () => {
  const newer = listOf(7, 'newer');
  expect(await repository.replace(newer)).toBe(true);
  expect(await repository.replace(listOf(6, 'older'))).toBe(false);
  expect(await repository.load()).toEqual(newer);
});

test('the lists of a daemon whose database was restored are kept after a minute', async () => {
  await repository.replace(listOf(7, 'lost'));
  const restored = listOf(3, 'restored');
  expect(await repository.replace(restored)).toBe(false);
  await store.database.rows(`update sender_key_revision set read_at = now() - interval '61 seconds'`);
  expect(await repository.replace(restored)).toBe(true);
  expect(await repository.load()).toEqual(restored);
});

test('replicas that keep lists at once leave the newest', async () => {
  const lists = [3, 9, 5, 8].map((revision) => listOf(revision, `list-${revision}`));
  await Promise.all(lists.map((list) => repository.replace(list)));
  expect(await repository.load()).toEqual(lists[1]);
});
