import { afterAll, expect, test } from 'vitest';
import { withClient } from './database.mjs';
import { ensureShop, shop } from './quickstart-database.mjs';
import { superuserUrl } from './testing.mjs';

const postgres = {
  url: (database = 'postgres', role?: { name: string; password: string }) => {
    const url = new URL(superuserUrl());
    url.pathname = database;
    if (role) Object.assign(url, { username: role.name, password: role.password });
    return url.href;
  },
};

afterAll(() =>
  withClient(postgres.url(), async (client) => {
    await client.query(`drop database ${shop.database} with (force)`);
    await client.query(`drop role ${shop.reader}`);
  }),
);

test('the shop is filled once with real data, which its reader can read but not change', async () => {
  expect(await ensureShop(postgres, 'first')).toEqual({ isNew: true });
  expect(await ensureShop(postgres, 'second')).toEqual({ isNew: false });
  await withClient(postgres.url(shop.database, { name: shop.reader, password: 'second' }), async (client) => {
    const { rows } = await client.query<{ flights: string }>(
      'select count(*) as flights from transport.flight',
    );
    expect(Number(rows[0]?.flights)).toBe(10_000);
    await expect(client.query('delete from transport.flight')).rejects.toThrow('permission denied');
  });
});
