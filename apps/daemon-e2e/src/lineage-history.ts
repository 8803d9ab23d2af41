/** A history of runs whose every event leaves a trace of its own, and what contradicts it afterwards. */
import { randomUUID } from 'node:crypto';
import type { Element } from '@idaemon/contracts';
import pg from 'pg';
import type { Conversation, SentEvent } from './lineage-senders.js';
import type { TestSystem } from './test-system.js';

const runsPerJob = 8;
const eventTypes = ['START', 'RUNNING', 'RUNNING', 'COMPLETE'] as const;
/** Some clients send an event again although they know that it arrived. */
const oneInSentTwice = 20;
const namespace = 'history';
const store = 'postgres://history:5432';
const columns = ['id', 'customer', 'total'];
const facetEnds = { _producer: 'https://example.org/e2e', _schemaURL: 'https://example.org/facet.json' };

export interface History {
  readonly jobs: readonly string[];
  readonly runs: readonly Conversation[];
}

/** Of at least so many events, several runs of each job. */
export function madeHistory(events: number): History {
  const runs = Math.ceil(events / eventTypes.length / runsPerJob) * runsPerJob;
  const jobs = Array.from({ length: runs / runsPerJob }, (_, number) => `load-${number}`);
  return { jobs, runs: Array.from({ length: runs }, (_, run) => eventsOfRun(jobs[run % jobs.length]!, run)) };
}

function eventsOfRun(job: string, run: number): SentEvent[] {
  const runId = randomUUID();
  return eventTypes.flatMap((type, step) => {
    const body = JSON.stringify(eventOf({ job, run, runId, type, step }));
    const event = { runId, body, tries: 0, isAcknowledged: false };
    return (run + step) % oneInSentTwice === 0 ? [event, { ...event }] : [event];
  });
}

interface Step {
  job: string;
  run: number;
  runId: string;
  type: (typeof eventTypes)[number];
  step: number;
}

function eventOf({ job, run, runId, type, step }: Step) {
  return {
    eventType: type,
    eventTime: new Date(Date.UTC(2026, 10, 21) + run * 10_000 + step * 1_000).toISOString(),
    producer: 'https://example.org/e2e',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId, facets: { [`step_${step}`]: { ...facetEnds, mark: markOf(runId, step) } } },
    job: { namespace, name: job },
    // Inputs come with the first event only and outputs with the last, as from many producers.
    inputs: type === 'START' ? [dataset(inputOf(job))] : [],
    outputs: type === 'COMPLETE' ? [dataset(outputOf(job), inputOf(job))] : [],
  };
}

function dataset(name: string, from?: string) {
  const fields = columns.map((column) => ({ name: column, type: 'text' }));
  const inputFields = (field: string) => [{ namespace: store, name: from, field }];
  const lineage = Object.fromEntries(columns.map((field) => [field, { inputFields: inputFields(field) }]));
  return {
    namespace: store,
    name,
    facets: {
      schema: { ...facetEnds, fields },
      ...(from ? { columnLineage: { ...facetEnds, fields: lineage } } : {}),
    },
  };
}

const markOf = (runId: string, step: number): string => `${runId}/${step}`;
const inputOf = (job: string): string => `shop.public.raw_${job.replace('-', '_')}`;
const outputOf = (job: string): string => `shop.public.${job.replace('-', '_')}`;

/** What of the history contradicts the log: acknowledged yet missing, there twice, out of order, or not sent at all. */
export async function faultsOfLog(
  system: TestSystem,
  { runs }: History,
  { isAlone = true } = {},
): Promise<string[]> {
  const rows = await query<{ ordering_key: string; body: string }>(
    system,
    `select ordering_key, convert_from(body, 'UTF8') as body from lineage.event order by stream, position`,
  );
  const stored = new Map<string, string[]>();
  for (const { ordering_key: key, body } of rows) stored.set(key, [...(stored.get(key) ?? []), body]);
  const faults = runs.flatMap((run) => {
    const { runId } = run[0]!;
    const wanted = [...new Set(run.filter((event) => event.isAcknowledged).map(({ body }) => body))];
    const found = stored.get(`run:${runId}`) ?? [];
    const isSame = wanted.length === found.length && wanted.every((body, index) => body === found[index]);
    return isSame ? [] : [`${runId}: ${found.length} events for ${wanted.length}, or in another order`];
  });
  return !isAlone || stored.size === runs.length
    ? faults
    : [...faults, `${stored.size} runs for ${runs.length}`];
}

/** What contradicts what is known of the runs; empty only when everything is folded. */
export async function faultsOfFold(system: TestSystem, { runs, jobs }: History): Promise<string[]> {
  const [sums] = await query<{ behind: number; dead: number; jobs: number; datasets: number }>(
    system,
    `select
       (select count(*)::int from lineage.event e join lineage.fold_cursor c using (stream)
         where e.position > c.position) as behind,
       (select count(*)::int from lineage.dead_letter) as dead,
       (select count(*)::int from lineage.job) as jobs,
       (select count(*)::int from lineage.dataset) as datasets`,
  );
  const wanted = { behind: 0, dead: 0, jobs: jobs.length, datasets: 2 * jobs.length };
  if (JSON.stringify(sums) !== JSON.stringify(wanted))
    return [`${JSON.stringify(sums)} for ${JSON.stringify(wanted)}`];
  const rows = await query<{ key: string; state: string; marks: Record<string, string> }>(
    system,
    `select key, known->>'state' as state,
       (select jsonb_object_agg(f.key, f.value->'value'->>'mark') from jsonb_each(known->'facets') f) as marks
     from lineage.run`,
  );
  const known = new Map(rows.map((row) => [row.key, row]));
  return runs.flatMap((run) => {
    const { runId } = run[0]!;
    const row = known.get(runId);
    const isWhole =
      row?.state === 'COMPLETE' &&
      eventTypes.every((_, step) => row.marks[`step_${step}`] === markOf(runId, step));
    return isWhole ? [] : [`${runId}: ${JSON.stringify(row ?? 'unknown')}`];
  });
}

/** What contradicts open metadata, as its readers see it: each job, run, table and column once, and the flows of data. */
export async function faultsOfCatalogue(system: TestSystem, { jobs, runs }: History): Promise<string[]> {
  const waiting = await toCatalogue(system);
  if (waiting > 0) return [`${waiting} jobs, runs and datasets are still to be catalogued`];
  const { api } = system;
  const [processes, allRuns, tables, allColumns] = [
    await api.elements({ type: 'DeployedSoftwareComponent' }),
    await api.elements({ type: 'TransientEmbeddedProcess' }),
    await api.elements({ type: 'RelationalTable' }),
    await api.elements({ type: 'RelationalColumn' }),
  ];
  const ownRuns = new Set(runs.map(([first]) => `OpenLineageRun::${first!.runId}`));
  const names = jobs.flatMap((job) => [inputOf(job), outputOf(job)]);
  return [
    ...differences(
      processes,
      jobs.map((job) => `OpenLineageJob::${namespace}::${job}`),
    ),
    ...differences(allRuns, [...ownRuns]),
    ...differences(
      tables,
      names.map((name) => `RelationalTable::history:5432/${name}`),
    ),
    ...differences(
      allColumns,
      names.flatMap((name) => columns.map((column) => `RelationalColumn::history:5432/${name}.${column}`)),
    ),
    ...allRuns
      .filter(({ qualifiedName }) => ownRuns.has(qualifiedName))
      .filter(({ properties }) => notesOf(properties).state !== 'COMPLETE')
      .map(({ qualifiedName }) => `${qualifiedName} is not catalogued as complete`),
  ];
}

/** Looking there is cheap; reading all of open metadata is not. */
export async function toCatalogue(system: TestSystem): Promise<number> {
  const [row] = await query<{ waiting: number }>(
    system,
    `select (select count(*) from lineage.job where dirty_since is not null)::int
       + (select count(*) from lineage.run where dirty_since is not null)::int
       + (select count(*) from lineage.dataset where dirty_since is not null)::int as waiting`,
  );
  return row!.waiting;
}

/** What contradicts the lineage of some of the jobs: data flows from table to table and from column to column. */
export async function faultsOfLineage({ api }: TestSystem, jobs: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const job of jobs) {
    const start = new URLSearchParams({ locatorNamespace: store, locatorName: inputOf(job) });
    const ofTables = await namesOfLineage(`${start.toString()}&direction=downstream`);
    const wanted = [`OpenLineageJob::${namespace}::${job}`, `RelationalTable::history:5432/${outputOf(job)}`];
    faults.push(...wanted.filter((name) => !ofTables.has(name)).map((name) => `${name} is not downstream`));
    const column = `qualifiedName=RelationalColumn::history:5432/${inputOf(job)}.total&type=RelationalColumn`;
    const ofColumns = await namesOfLineage(`${column}&direction=downstream`);
    const name = `RelationalColumn::history:5432/${outputOf(job)}.total`;
    if (!ofColumns.has(name)) faults.push(`${name} is not downstream of the column that it is made of`);
  }
  return faults;

  async function namesOfLineage(parameters: string): Promise<Set<string>> {
    const path = `/api/metadata/lineage?${parameters}`;
    const { elements } = await api.get<{ elements: { qualifiedName: string }[] }>(path);
    return new Set(elements.map(({ qualifiedName }) => qualifiedName));
  }
}

function notesOf(properties: Element['properties']): Record<string, unknown> {
  const { additionalProperties } = properties;
  return typeof additionalProperties === 'object' && additionalProperties !== null
    ? { ...additionalProperties }
    : {};
}

function differences(found: readonly Element[], wanted: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const { qualifiedName } of found) counts.set(qualifiedName, (counts.get(qualifiedName) ?? 0) + 1);
  const expected = new Set(wanted);
  return [
    ...wanted.filter((name) => !counts.has(name)).map((name) => `${name} is missing`),
    ...[...counts].filter(([, count]) => count > 1).map(([name]) => `${name} is there twice`),
    ...[...counts.keys()].filter((name) => !expected.has(name)).map((name) => `${name} was never sent`),
  ];
}

export async function query<Row extends pg.QueryResultRow>(
  { postgres }: TestSystem,
  sql: string,
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
