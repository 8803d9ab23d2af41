import pg from 'pg';
import { expect, test } from 'vitest';
import { pingNats } from './nats-ping.mjs';
import { freshDatabase, natsUrl } from '@idaemon/launcher/testing';

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('each fresh database is empty and has trigram search at hand', async () => {
  const [one, other] = await Promise.all([freshDatabase(), freshDatabase()]);
  await rows(one.url, 'create extension pg_trgm; create table mine (id int)');
  expect(await rows(other.url, `select * from pg_tables where schemaname = 'public'`)).toEqual([]);
  await Promise.all([one.drop(), other.drop()]);
  await expect(rows(one.url, 'select 1')).rejects.toThrow('does not exist');
});

test('the NATS server lets in only who knows the password', async () => {
  expect(await pingNats(natsUrl())).toBe('ok');
  const wrong = new URL(natsUrl());
  wrong.password = 'wrong';
  expect(await pingNats(wrong.href)).toBe('refused');
});
