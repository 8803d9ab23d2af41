import type { KnownDataset, KnownJob, KnownRun } from '@idaemon/open-lineage';
import type { Sql } from '@idaemon/persistence';
import { currentRunsOf } from '../dispatch/changed-page.js';

/** A job with the run that its inputs and outputs come from, and its newest one. */
export interface FoundJob {
  key: string;
  known: KnownJob;
  currentRun: KnownRun | undefined;
  latestRun: KnownRun | undefined;
}

export interface FoundDataset {
  key: string;
  known: KnownDataset;
}

export interface Slice {
  limit: number;
  offset: number;
}

export interface NamespaceTimes {
  name: string;
  createdAt: string | null;
  updatedAt: string | null;
}

/** What is known, for those who read it. */
export class KnownEntities {
  constructor(private readonly sql: Sql) {}

  /** Distinct ones by the index, whatever the number of jobs and datasets. */
  async namespaces({ limit, offset }: Slice): Promise<string[]> {
    const rows = await this.sql.rows<{ namespace: string }>(namespacesSql, [limit, offset]);
    return rows.map(({ namespace }) => namespace);
  }

  async hasNamespace(name: string): Promise<boolean> {
    const row = await this.sql.row<{ found: boolean }>(
      `select exists (select from job where namespace = left($1, 500))
         or exists (select from dataset where namespace = left($1, 500)) as found`,
      [name],
    );
    return row?.found ?? false;
  }

  async jobsOf(namespace: string, slice: Slice): Promise<{ jobs: FoundJob[]; total: number }> {
    const { rows, total } = await this.#page<KnownJob>('job', namespace, slice);
    return { jobs: await this.#withRuns(rows), total };
  }

  async datasetsOf(namespace: string, slice: Slice): Promise<{ datasets: FoundDataset[]; total: number }> {
    const { rows, total } = await this.#page<KnownDataset>('dataset', namespace, slice);
    return { datasets: rows, total };
  }

  async jobs(keys: readonly string[]): Promise<FoundJob[]> {
    return this.#withRuns(await this.#byKeys<KnownJob>('job', keys));
  }

  async datasets(keys: readonly string[]): Promise<FoundDataset[]> {
    return this.#byKeys<KnownDataset>('dataset', keys);
  }

  async run(key: string): Promise<KnownRun | undefined> {
    const row = await this.sql.row<{ known: KnownRun }>('select known from run where key = $1', [key]);
    return row?.known;
  }

  /** The newest first. */
  async runsOf(jobKey: string, { limit, offset }: Slice): Promise<{ runs: KnownRun[]; total: number }> {
    const rows = await this.sql.rows<{ known: KnownRun }>(
      `select known from run where job_key = $1 order by last_event_time desc, key desc limit $2 offset $3`,
      [jobKey, limit, offset],
    );
    const counted = await this.sql.row<{ total: string }>(
      'select count(*) as total from run where job_key = $1',
      [jobKey],
    );
    return { runs: rows.map(({ known }) => known), total: Number(counted?.total) };
  }

  async search(pattern: string, kinds: readonly ('job' | 'dataset')[], limit: number) {
    const found: { kind: 'job' | 'dataset'; known: KnownJob | KnownDataset }[] = [];
    for (const kind of kinds) {
      const rows = await this.sql.rows<{ known: KnownJob | KnownDataset }>(
        `select known from ${kind} where known->>'name' ilike $1 order by namespace, key limit $2`,
        [pattern, limit],
      );
      found.push(...rows.map(({ known }) => ({ kind, known })));
    }
    return found;
  }

  /** Of each job: the keys of the datasets that it uses. */
  async usesOfJobs(jobKeys: readonly string[], isOutput: boolean): Promise<Use[]> {
    return this.sql.rows<Use>(
      `select job_key, dataset_key from job_use where job_key = any($1::text[]) and is_output = $2`,
      [jobKeys, isOutput],
    );
  }

  /** Of each dataset: the keys of the jobs that use it. */
  async usersOf(datasetKeys: readonly string[], isOutput: boolean, limit: number): Promise<Use[]> {
    return this.sql.rows<Use>(
      `select job_key, dataset_key from job_use where dataset_key = any($1::text[]) and is_output = $2
       order by dataset_key, job_key limit $3`,
      [datasetKeys, isOutput, limit],
    );
  }

  async #page<Known>(table: 'job' | 'dataset', namespace: string, { limit, offset }: Slice) {
    const rows = await this.sql.rows<{ key: string; known: Known }>(
      `select key, known from ${table} where namespace = left($1, 500) order by key limit $2 offset $3`,
      [namespace, limit, offset],
    );
    const counted = await this.sql.row<{ total: string }>(
      `select count(*) as total from ${table} where namespace = left($1, 500)`,
      [namespace],
    );
    return { rows, total: Number(counted?.total) };
  }

  #byKeys<Known>(
    table: 'job' | 'dataset',
    keys: readonly string[],
  ): Promise<{ key: string; known: Known }[]> {
    return this.sql.rows<{ key: string; known: Known }>(
      `select key, known from ${table} where key = any($1::text[]) order by key`,
      [keys],
    );
  }

  async #withRuns(jobs: readonly { key: string; known: KnownJob }[]): Promise<FoundJob[]> {
    const keys = jobs.map(({ key }) => key);
    const current = await currentRunsOf(this.sql, keys);
    const rows = await this.sql.rows<{ job_key: string; known: KnownRun }>(latestRunsSql, [keys]);
    const latest = new Map(rows.map(({ job_key: key, known }) => [key, known]));
    return jobs.map(({ key, known }) => ({
      ...{ key, known },
      currentRun: current.get(key)?.[0],
      latestRun: latest.get(key),
    }));
  }
}

export interface Use {
  job_key: string;
  dataset_key: string;
}

const distinctSql = (table: string): string => `
  with recursive found (namespace) as (
    (select namespace from ${table} order by namespace limit 1)
    union all
    select (select t.namespace from ${table} t where t.namespace > f.namespace order by t.namespace limit 1)
    from found f where f.namespace is not null)
  select namespace from found where namespace is not null`;

const namespacesSql = `
  select namespace from ((${distinctSql('job')}) union (${distinctSql('dataset')})) n
  order by namespace limit $1 offset $2`;

const latestRunsSql = `
  select j.key as job_key, r.known from unnest($1::text[]) j (key), lateral (
    select known from run where job_key = j.key order by last_event_time desc, key desc limit 1
  ) r`;
