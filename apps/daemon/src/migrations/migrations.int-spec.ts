import { Database } from '@idaemon/persistence';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase } from '../../../../tools/launcher/testing.mjs';
import { daemonMigrations } from './index.js';

let database: Database;
let drop: () => Promise<void>;
const options = (url: string) => ({
  url,
  schema: 'daemon',
  migrations: daemonMigrations,
  applicationName: 'daemon-spec',
});

beforeAll(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  const signal = AbortSignal.timeout(30_000);
  const [one, other] = await Promise.all([
    Database.open(options(fresh.url), signal),
    Database.open(options(fresh.url), signal),
  ]);
  await other.close();
  database = one;
});

afterAll(async () => {
  await database.close();
  await drop();
});

test('two replicas that start on an empty database migrate it once', async () => {
  const applied = await database.rows<{ name: string }>('select name from migrations');
  expect(new Set(applied.map(({ name }) => name)).size).toBe(applied.length);
  expect(applied.map(({ name }) => name)).toContain('Initial1700000000000');
});

test('a new database has the default gateway, with its first revision', async () => {
  const revision = await database.row(
    `select r.change, r.document from document_revision r join gateway_document g
       on r.kind = 'gateway' and r.name = g.name and r.revision = g.revision`,
  );
  expect(revision).toEqual({
    change: 'created',
    document: { kind: 'gateway', name: 'default', backend: 'embedded', schema: 'open_metadata' },
  });
});
