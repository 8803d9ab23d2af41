import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, shopUrl } from './shop.mjs';
import { temporaryHome } from './temporary-homes.mjs';
import { freshDatabase } from './testing.mjs';

let database: Awaited<ReturnType<typeof freshDatabase>>;
beforeAll(async () => (database = await freshDatabase()));
afterAll(() => database.drop());

test('a statement says what it did, a query its rows, a mistake what is wrong', async () => {
  expect(await ask(database.url, 'create table car (name text)')).toBe('CREATE: done');
  expect(await ask(database.url, "insert into car values ('a'); select * from car")).toBe('{"name":"a"}');
  await expect(ask(database.url, 'select nonsense')).rejects.toThrow(
    'The example database: column "nonsense" does not exist. Correct the statement.',
  );
});

test('without a started system it says how to start one', async () => {
  const home = await temporaryHome();
  await expect(shopUrl(home)).rejects.toThrow('it is not there. Start it with "npm start".');
  await rm(home, { recursive: true });
});
