import type { ChangedEntities, ChangedOptions } from '@idaemon/integration-services';
import type { KnownDataset, KnownJob, KnownRun } from '@idaemon/open-lineage';
import type { Database } from '@idaemon/persistence';
import { currentRunsOf } from './changed-page.js';

const pageBytes = 2 * 1024 * 1024;

interface KnownRow<Known> {
  key: string;
  known: Known;
}

/** All that is known of some shards of entities, in pages by key; what changes meanwhile is given as it is when read. */
export async function* knownEntities(
  database: Database,
  entityShards: readonly number[],
  { limit = 500, runsPerJob = 10 }: ChangedOptions,
  signal: AbortSignal,
): AsyncGenerator<ChangedEntities> {
  const pagesOf = <Known>(table: 'dataset' | 'job') =>
    pages((after) => database.rows<KnownRow<Known>>(pageSql(table), [entityShards, after, limit, pageBytes]));
  for await (const datasets of pagesOf<KnownDataset>('dataset')) {
    signal.throwIfAborted();
    yield { datasets, jobs: [], runs: [] };
  }
  for await (const jobs of pagesOf<KnownJob>('job')) {
    signal.throwIfAborted();
    const keys = jobs.map(({ key }) => key);
    const current = await currentRunsOf(database, keys);
    const runs = await database.rows<KnownRow<KnownRun> & { job_key: string }>(newestRunsSql, [
      keys,
      runsPerJob,
    ]);
    const byKey = new Map(jobs.map(({ key, known }) => [key, known]));
    yield {
      datasets: [],
      jobs: jobs.map((job) => ({ ...job, currentRun: current.get(job.key)?.[0], retiredRuns: [] })),
      runs: runs.map(({ key, known, job_key: job }) => ({ key, known, job: byKey.get(job) })),
    };
  }
}

async function* pages<Row extends { key: string }>(
  read: (after: string) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let after = ''; ;) {
    const rows = await read(after);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.key;
  }
}

/** The first row is given whatever its size. Keys are compared by their bytes, as the fold locks them. */
const pageSql = (table: 'dataset' | 'job'): string => `
  select key, known from (
    select key, known, sum(pg_column_size(known)) over (order by key collate "C") - pg_column_size(known) as before
    from (
      select key, known from ${table}
      where shard = any($1::smallint[]) and key collate "C" > $2 order by key collate "C" limit $3::integer
    ) listed
  ) sized where before < $4::bigint order by key collate "C"`;

const newestRunsSql = `
  select j.key as job_key, r.key, r.known from unnest($1::text[]) j (key), lateral (
    select key, known from run where job_key = j.key order by last_event_time desc, key desc limit $2::integer
  ) r`;
