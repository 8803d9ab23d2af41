import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ElementQuery } from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';
import { freshDatabase } from '../../../../../tools/launcher/testing.mjs';
import { ElementLists } from '../reading/element-lists.js';
import { migrations } from './index.js';

let fresh: Awaited<ReturnType<typeof freshDatabase>>;
const opened: Database[] = [];

beforeEach(async () => {
  fresh = await freshDatabase();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
  await fresh.drop();
});

async function open(url: string, schema: string, of = migrations): Promise<Database> {
  const options = { url, schema, migrations: of, applicationName: 'spec' };
  const database = await Database.open(options, new AbortController().signal);
  opened.push(database);
  return database;
}

const textIndex = (database: Database) =>
  database.row(
    "select indexname from pg_indexes where schemaname = current_schema() and indexname = 'search_entry_text'",
  );

describe('the tables of search', () => {
  it('have a text index in each of several gateways of a database', async () => {
    for (const schema of ['open_metadata', 'second_gateway']) {
      expect(await textIndex(await open(fresh.url, schema)), schema).toBeDefined();
    }
  });

  it('do without the text index where its extension may not be created', async () => {
    const admin = await open(fresh.url, 'public', []);
    const [user, password] = [`spec_${randomBytes(4).toString('hex')}`, randomBytes(8).toString('hex')];
    await admin.rows(`create role ${user} login password '${password}'`);
    await admin.rows(`create schema open_metadata authorization ${user}`);
    const url = new URL(fresh.url);
    url.username = user;
    url.password = password;
    const database = await open(url.href, 'open_metadata');
    expect(await textIndex(database)).toBeUndefined();
    const found = await new ElementLists(database).page(ElementQuery.parse({ q: 'orders' }));
    expect(found).toEqual({ items: [], total: 0, next: null });
    await Promise.all(opened.splice(1).map((one) => one.close()));
    await admin.rows(`drop owned by ${user} cascade`);
    await admin.rows(`drop role ${user}`);
  });
});

it('migrations can be taken back, the newest first', async () => {
  const database = await open(fresh.url, 'open_metadata');
  const source = new DataSource({
    type: 'postgres',
    url: fresh.url,
    schema: 'open_metadata',
    migrations,
    migrationsTableName: 'migrations',
    extra: { options: '-c search_path=open_metadata' },
  });
  await source.initialize();
  for (const _ of migrations) await source.undoLastMigration();
  await source.destroy();
  expect(await database.rows("select tablename from pg_tables where schemaname = 'open_metadata'")).toEqual([
    { tablename: 'migrations' },
  ]);
});
