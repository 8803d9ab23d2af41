import type { ChangedEntities } from '@idaemon/integration-services';
import { runKey, type KnownDataset, type KnownJob, type KnownRun } from '@idaemon/open-lineage';
import type { Database, Sql } from '@idaemon/persistence';
import { holdEntities, type Cataloguer } from './cataloguer-claim.js';

/** A page of changed entities, with what is needed to acknowledge it. */
export interface ChangedPage extends ChangedEntities {
  readonly versions: Readonly<Record<EntityName, ReadonlyMap<string, string>>>;
  /** Nothing is to be acknowledged. Runs that are too old to be catalogued are, yet they are not given. */
  readonly isEmpty: boolean;
}

type EntityName = 'run' | 'dataset' | 'job';
/** The order in which the fold locks them, too. */
const entityNames: readonly EntityName[] = ['run', 'dataset', 'job'];

interface DirtyRow<Known> {
  key: string;
  known: Known;
  version: string;
}
interface DirtyRun extends DirtyRow<KnownRun> {
  is_recent: boolean;
  job: KnownJob | null;
}

/** As Postgres keeps them, which is compressed; parsed they take some times as much. */
const maxPageBytes = 2 * 1024 * 1024;

/**
 * What is to be catalogued, the longest waiting first. A version is read before what is derived from other rows: what
 * changes in between stays to be catalogued.
 */
export async function readChangedPage(
  sql: Sql,
  { entityShards }: Pick<Cataloguer, 'entityShards'>,
  { limit, runsPerJob }: { limit: number; runsPerJob: number },
): Promise<ChangedPage> {
  const query = [entityShards, limit, maxPageBytes];
  await sql.rows(passOverSql, [entityShards, runsPerJob]);
  const datasets = await sql.rows<DirtyRow<KnownDataset>>(dirtySql('dataset'), query);
  const jobs = await sql.rows<DirtyRow<KnownJob>>(dirtySql('job'), query);
  const runs = await sql.rows<DirtyRun>(dirtyRunSql, [...query, runsPerJob]);
  const jobKeys = jobs.map(({ key }) => key);
  const current = await currentRunsOf(sql, jobKeys);
  const retired = await byJob(sql, retiredRunsSql, [jobKeys, runsPerJob]);
  return {
    jobs: jobs.map(({ key, known }) => ({
      ...{ key, known, currentRun: current.get(key)?.[0] },
      retiredRuns: retired.get(key) ?? [],
    })),
    runs: runs
      .filter((row) => row.is_recent)
      .map(({ key, known, job }) => ({ key, known, job: job ?? undefined })),
    datasets: datasets.map(({ key, known }) => ({ key, known })),
    versions: { run: versionsOf(runs), dataset: versionsOf(datasets), job: versionsOf(jobs) },
    isEmpty: runs.length + datasets.length + jobs.length === 0,
  };
}

/** One statement per table; what has changed since it was read stays to be catalogued. */
export async function acknowledgePage(
  database: Database,
  cataloguer: Cataloguer,
  { versions, runs, jobs }: ChangedPage,
): Promise<void> {
  const given = new Set(runs.map(({ key }) => key));
  const retired = jobs.flatMap(({ retiredRuns }) => retiredRuns.map(({ runId }) => runKey(runId)));
  await database.transaction(async (sql) => {
    await holdEntities(sql, cataloguer);
    for (const name of entityNames) {
      const keys = [...versions[name].keys()].sort();
      if (keys.length === 0) continue;
      await sql.rows(`select 1 from ${name} where key = any($1) order by key collate "C" for no key update`, [
        keys,
      ]);
      await sql.rows(acknowledgeSql(name), [
        keys,
        keys.map((key) => versions[name].get(key)),
        keys.map((key) => name !== 'run' || given.has(key)),
      ]);
    }
    if (retired.length > 0) await sql.rows(retireSql, [retired]);
  });
}

/** By the job's key: the run whose inputs and outputs are the job's. */
export function currentRunsOf(sql: Sql, jobKeys: readonly string[]): Promise<Map<string, KnownRun[]>> {
  return byJob(sql, currentRunSql, [jobKeys]);
}

async function byJob(sql: Sql, statement: string, parameters: unknown[]): Promise<Map<string, KnownRun[]>> {
  const rows = await sql.rows<{ job_key: string; known: KnownRun }>(statement, parameters);
  const runs = new Map<string, KnownRun[]>();
  for (const { job_key: key, known } of rows) runs.set(key, [...(runs.get(key) ?? []), known]);
  return runs;
}

function versionsOf(rows: readonly DirtyRow<unknown>[]): Map<string, string> {
  return new Map(rows.map(({ key, version }) => [key, version]));
}

/** Per shard by its index; the first row is given whatever its size. */
function chosenSql(table: EntityName): string {
  return `
    select key from (
      select d.key, d.dirty_since,
        sum(pg_column_size(e.known)) over (order by d.dirty_since, d.key) - pg_column_size(e.known) as before
      from (
        select found.key, found.dirty_since from unnest($1::smallint[]) s (shard), lateral (
          select key, dirty_since from ${table}
          where shard = s.shard and dirty_since is not null order by dirty_since, key limit $2::integer
        ) found order by found.dirty_since, found.key limit $2::integer
      ) d join ${table} e using (key)
    ) sized where before < $3::bigint`;
}

const dirtySql = (table: EntityName): string => `
  select key, known, version from ${table} where key in (${chosenSql(table)}) order by dirty_since, key`;

/** Whether as many runs of its job are newer as are catalogued. */
const isRecentSql = (runsPerJob: string): string => `(
    select count(*) from (
      select 1 from run newer
      where newer.job_key = r.job_key and (newer.last_event_time, newer.key) > (r.last_event_time, r.key)
      limit ${runsPerJob}::integer
    ) some_newer
  ) < ${runsPerJob}::integer`;

const dirtyRunSql = `
  select r.key, r.known, r.version, j.known as job, ${isRecentSql('$4')} as is_recent
  from run r left join job j on j.key = r.job_key
  where r.key in (${chosenSql('run')}) order by r.dirty_since, r.key`;

/** Runs that nobody will catalogue any more, so many at a time; those that the fold has locked come later. */
const passOverSql = `
  update run set dirty_since = null where key in (
    select r.key from run r
    where r.key in (
        select found.key from unnest($1::smallint[]) s (shard), lateral (
          select key from run
          where shard = s.shard and dirty_since is not null order by dirty_since, key limit 1000
        ) found
      )
      and r.dirty_since is not null and r.catalogued_version = 0 and not ${isRecentSql('$2')}
    order by r.key for no key update skip locked
  )`;

const currentRunSql = `
  select j.key as job_key, c.known from unnest($1::text[]) j (key), lateral (
    select known from run
    where job_key = j.key and has_datasets
    order by is_complete desc, last_event_time desc, key desc limit 1
  ) c`;

const retiredRunsSql = `
  select ranked.job_key, r.known from unnest($1::text[]) j (key), lateral (
    select job_key, key, row_number() over (order by last_event_time desc, key desc) as nth
    from run where job_key = j.key
  ) ranked join run r on r.key = ranked.key
  where ranked.nth > $2::integer and r.catalogued_version > 0`;

/** An entity that was not given is acknowledged, too: what is catalogued of it is retired with its job. */
const acknowledgeSql = (table: EntityName): string => `
  update ${table} e set
    catalogued_version = case when v.given then greatest(e.catalogued_version, v.version) else e.catalogued_version end,
    dirty_since = case when e.version = v.version then null else now() end
  from unnest($1::text[], $2::bigint[], $3::boolean[]) v (key, version, given)
  where e.key = v.key`;

const retireSql = `update run set catalogued_version = 0 where key = any($1)`;
