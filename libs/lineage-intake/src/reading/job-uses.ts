import { lineageOf, type KnownJob } from '@idaemon/open-lineage';
import type { Database, Sql } from '@idaemon/persistence';
import { currentRunsOf } from '../dispatch/changed-page.js';

interface ChangedJob {
  key: string;
  known: KnownJob;
  version: string;
  changed_at: string;
}

/** Transactions of the fold end in another order than they begin. None takes as long as this. */
const overlap = `interval '60 seconds'`;
const jobsAtOnce = 500;

/**
 * Writes down which datasets the jobs use that have changed since the last time; answers how many there were. One
 * replica at a time: another one that is at it does the same work.
 */
export async function followJobs(database: Database): Promise<number> {
  return database.transaction(async (sql) => {
    const progress = await sql.row<{ changed_to: string }>(
      'select changed_to::text from job_use_progress for update skip locked',
    );
    if (!progress) return 0;
    const jobs = await sql.rows<ChangedJob>(changedSql, [progress.changed_to, jobsAtOnce]);
    if (jobs.length > 0) await writeUses(sql, jobs);
    // What is older than the overlap is settled, but only once nothing is left to be done.
    await sql.rows(
      jobs.length < jobsAtOnce
        ? `update job_use_progress set changed_to = greatest(changed_to, now())`
        : `update job_use_progress set changed_to = greatest(changed_to, $1::timestamptz)`,
      jobs.length < jobsAtOnce ? [] : [jobs.at(-1)?.changed_at],
    );
    return jobs.length;
  });
}

async function writeUses(sql: Sql, jobs: readonly ChangedJob[]): Promise<void> {
  const keys = jobs.map(({ key }) => key);
  const current = await currentRunsOf(sql, keys);
  const uses = jobs.flatMap(({ key, known }) => {
    const { inputs, outputs } = lineageOf(known, current.get(key)?.[0]);
    return [
      ...Object.keys(inputs).map((dataset) => ({ job: key, dataset, isOutput: false })),
      ...Object.keys(outputs).map((dataset) => ({ job: key, dataset, isOutput: true })),
    ];
  });
  const columns = [
    uses.map(({ job }) => job),
    uses.map(({ dataset }) => dataset),
    uses.map((use) => use.isOutput),
  ];
  await sql.rows(forgetSql, [...columns, keys]);
  await sql.rows(addSql, columns);
  await sql.rows(
    `insert into job_used (job_key, version) select * from unnest($1::text[], $2::bigint[])
     on conflict (job_key) do update set version = excluded.version`,
    [keys, jobs.map(({ version }) => version)],
  );
}

const changedSql = `
  select j.key, j.known, j.version, j.changed_at::text from job j left join job_used u on u.job_key = j.key
  where j.changed_at >= $1::timestamptz - ${overlap} and u.version is distinct from j.version
  order by j.changed_at, j.key limit $2::integer`;

const usesSql = 'unnest($1::text[], $2::text[], $3::boolean[]) v (job_key, dataset_key, is_output)';

const forgetSql = `
  delete from job_use u where u.job_key = any($4::text[])
    and not exists (select from ${usesSql}
      where v.job_key = u.job_key and v.dataset_key = u.dataset_key and v.is_output = u.is_output)`;

const addSql = `insert into job_use (job_key, dataset_key, is_output) select * from ${usesSql} on conflict do nothing`;
