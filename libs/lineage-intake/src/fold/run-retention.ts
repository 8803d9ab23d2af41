import type { Sql } from '@idaemon/persistence';

export interface RunRetention {
  runsPerJob: number;
  keepMs: number;
}

/** Rows that one statement removes: it must not keep writers waiting. */
const mostRows = 500;

/**
 * Forgets runs beyond the newest of their job, and those that nobody has heard of for long; never the run whose inputs
 * and outputs are its job's, and none that is catalogued: it is retired first. How many went.
 */
export async function forgetOldRuns(sql: Sql, { runsPerJob, keepMs }: RunRetention): Promise<number> {
  const removed = await sql.rows(forgetSql, [runsPerJob, keepMs / 1000, mostRows]);
  return removed.length;
}

export function hasMore(removed: number): boolean {
  return removed === mostRows;
}

const forgetSql = `
  with busy as (
    select job_key from run group by job_key having count(*) > $1::integer
  ), ranked as (
    select key, row_number() over (partition by job_key order by last_event_time desc, key desc) as nth
    from run where job_key in (select job_key from busy)
  ), old as (
    select key from ranked where nth > $1::integer
    union
    select key from run where changed_at < now() - make_interval(secs => $2::double precision)
  ), chosen as (
    select r.key from old join run r using (key)
    where r.catalogued_version = 0
      and r.key is distinct from (
        select c.key from run c where c.job_key = r.job_key and c.has_datasets
        order by c.is_complete desc, c.last_event_time desc, c.key desc limit 1)
    limit $3::integer
    for update of r skip locked
  )
  delete from run r using chosen where r.key = chosen.key returning r.key`;
