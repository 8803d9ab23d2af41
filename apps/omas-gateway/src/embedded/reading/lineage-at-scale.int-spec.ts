import { afterAll, beforeAll, expect, it } from 'vitest';
import { metadataMessages } from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';
import { SeededStore } from '../testing/seeded-store.js';
import { embeddedReader } from './embedded-reader.js';

const isFull = process.env.IDAEMON_TEST_FULL === '1';
const jobs = isFull ? 100_000 : 1_000;
const asks = isFull ? 200 : 40;
/** The promise of docs/lineage.md, with room for a machine that does other things too. */
const p95Ms = isFull ? 400 : 1_000;

let store: SeededStore;
/** As the gateway opens it, yet one connection: the statistics of others come late. */
let reading: Database;
let read: ReturnType<typeof embeddedReader>;

beforeAll(async () => {
  store = await SeededStore.open();
  await fill(jobs);
  reading = await Database.open(
    {
      url: store.url,
      schema: 'open_metadata',
      migrations: [],
      applicationName: 'spec',
      poolSize: 1,
    },
    new AbortController().signal,
  );
  const rewrite = () => Promise.reject(new Error('nothing is written here'));
  read = embeddedReader({ reading, writing: reading, rewrite });
}, 300_000);
afterAll(async () => {
  await reading.close();
  await store.close();
});

const lineage = (name: string, options: object = {}) => {
  const node = { type: 'Referenceable', qualifiedName: name };
  return read.lineage(metadataMessages.lineage.request.parse({ node, ...options }));
};

it(`is answered in time among ${jobs} jobs, whichever is asked`, { timeout: 120_000 }, async () => {
  const timesMs: number[] = [];
  for (let asked = 0; asked < asks; asked++) {
    const job = 1 + ((asked * 7919) % jobs);
    const level = asked % 2 === 0 ? 'table' : 'column';
    const startedMs = performance.now();
    const graph = await lineage(level === 'table' ? `job ${job}` : `table ${job}`, { depth: 5, level });
    timesMs.push(performance.now() - startedMs);
    expect(graph).toMatchObject({ truncated: false });
  }
  timesMs.sort((a, b) => a - b);
  process.stdout.write(
    `lineage of ${jobs} jobs: p50 ${timesMs[asks / 2]?.toFixed(1)} ms, p95 ${timesMs[Math.floor(asks * 0.95)]?.toFixed(1)} ms\n`,
  );
  expect(timesMs[Math.floor(asks * 0.95)]).toBeLessThan(p95Ms);
});

it('reads whole tables never: it follows indexes', async () => {
  const before = await sequentialRows();
  for (const options of [
    { direction: 'both', depth: 10 },
    { level: 'column', depth: 10 },
    { includeRuns: true },
  ]) {
    await lineage(`table ${Math.floor(jobs / 2)}`, options);
  }
  expect((await sequentialRows()) - before).toBe(0);
});

it('of a dataset that every job reads is cut where the limit says, in time', async () => {
  const startedMs = performance.now();
  const graph = await lineage('hub', { direction: 'downstream', limit: 500 });
  expect(graph).toMatchObject({ truncated: true });
  expect(performance.now() - startedMs).toBeLessThan(5 * p95Ms);
});

/** Rows that Postgres has read without an index, by the statistics of the store's large tables. */
async function sequentialRows(): Promise<number> {
  await reading.rows('select pg_stat_force_next_flush()');
  const row = await reading.row<{ rows: string }>(
    `select sum(seq_tup_read) as rows from pg_stat_user_tables where relname in ('element', 'relationship')`,
  );
  return Number(row?.rows);
}

/** Rows of one statement: Postgres ends those that take long. */
const atOnce = 10_000;

/**
 * Job n reads table n and the hub and writes table n + 1, column by column, in chains of 20; each table has five
 * columns, each job two runs. As the writing side leaves the rows, yet all at once.
 */
async function fill(count: number): Promise<void> {
  await store.elements({ name: 'hub', type: 'RelationalTable' });
  for (let first = 1; first <= count; first += atOnce) {
    await fillSome(first, Math.min(first + atOnce - 1, count));
  }
  await store.database.rows('vacuum analyze element');
  await store.database.rows('vacuum analyze relationship');
}

async function fillSome(first: number, last: number): Promise<void> {
  const jobs = `generate_series(${first}, ${last}) n`;
  const columns = `${jobs} cross join generate_series(1, 5) c`;
  const runs = `${jobs} cross join generate_series(1, 2) r`;
  await addElements('DeployedSoftwareComponent', `'job ' || n`, jobs);
  await addElements('RelationalTable', `'table ' || n`, jobs);
  await addElements('RelationalColumn', `'column ' || n || '.' || c`, columns);
  await addElements('TransientEmbeddedProcess', `'run ' || n || '.' || r`, runs);
  await store.database.rows('analyze element');
  await relate('NestedSchemaAttribute', `'table ' || n`, `'column ' || n || '.' || c`, columns);
  await relate('ProcessHierarchy', `'job ' || n`, `'run ' || n || '.' || r`, runs);
  await relate('DataFlow', `'table ' || n`, `'job ' || n`, jobs);
  await relate('DataFlow', `'hub'`, `'job ' || n`, jobs);
  await relate('DataFlow', `'job ' || n - 1`, `'table ' || n`, jobs, 'n % 20 <> 0');
  await relate(
    'DataFlow',
    `'column ' || n - 1 || '.' || c`,
    `'column ' || n || '.' || c`,
    columns,
    'n % 20 <> 0',
  );
}

async function addElements(type: string, name: string, from: string): Promise<void> {
  await store.database.rows(
    `insert into element (created_at, updated_at, guid, source_id, scope_id, version, type, qualified_name,
       display_name, content_hash, changed_by, properties)
     select now(), now(), gen_random_uuid(), 1, 1, 1, '${type}', ${name}, ${name}, 'x', 'spec', '{}' from ${from}`,
  );
}

async function relate(type: string, end1: string, end2: string, from: string, where = 'true'): Promise<void> {
  await store.database.rows(
    `insert into relationship (end1_id, end2_id, created_at, updated_at, guid, source_id, type, changed_by, properties)
     select a.id, b.id, now(), now(), gen_random_uuid(), 1, '${type}', 'spec', '{}'
     from ${from}
     join element a on a.name_hash = md5(${end1})::uuid join element b on b.name_hash = md5(${end2})::uuid
     where ${where}`,
  );
}
