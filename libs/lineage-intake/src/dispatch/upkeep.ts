import type { Metrics } from '@idaemon/metrics';
import type { Database } from '@idaemon/persistence';
import { pause, type Clock, type Log } from '@idaemon/service-runtime';
import { forgetOldRuns, hasMore, type RunRetention } from '../fold/run-retention.js';

export interface UpkeepOptions {
  database: Database;
  clock: Clock;
  metrics: Metrics;
  log: Log;
  runs: RunRetention;
  deadLettersMs: number;
}

const roundEveryMs = 60_000;
const gaugesEveryMs = 15_000;

/** Nothing of the fold and the dispatch grows for ever. */
export async function keepUp(options: UpkeepOptions, signal: AbortSignal): Promise<void> {
  const rounds = [
    repeat(options, roundEveryMs, signal, () => forget(options, signal)),
    repeat(options, gaugesEveryMs, signal, () => showState(options)),
  ];
  await Promise.all(rounds);
}

async function repeat(
  { clock, log }: UpkeepOptions,
  everyMs: number,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) log.warn({ error }, 'Looking after the lineage tables failed; it is tried again');
    }
    await pause(clock, everyMs, signal);
  }
}

async function forget({ database, runs, deadLettersMs }: UpkeepOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && hasMore(await forgetOldRuns(database, runs)));
  const seconds = [deadLettersMs / 1000];
  while (!signal.aborted && (await forgetDeadLetters(database, seconds)));
  await forgetSubscriptions(database, seconds);
}

/** Whether there may be more. */
async function forgetDeadLetters(database: Database, seconds: number[]): Promise<boolean> {
  const gone = await database.rows(
    `delete from dead_letter where id in (
       select id from dead_letter where created_at < now() - make_interval(secs => $1::double precision)
       order by created_at limit 1000)
     returning 1`,
    seconds,
  );
  return gone.length === 1_000;
}

/** Of connectors that have not been seen for so long: they are deleted, and nobody told us. */
async function forgetSubscriptions(database: Database, seconds: number[]): Promise<void> {
  const gone = await database.rows<{ connector: string }>(
    `delete from subscription where connector in (
       select connector from subscription group by connector
       having max(moved_at) < now() - make_interval(secs => $1::double precision))
     returning connector`,
    seconds,
  );
  const names = [...new Set(gone.map(({ connector }) => connector))];
  if (names.length === 0) return;
  await database.rows(`delete from parked where connector = any($1)`, [names]);
  await database.rows(`delete from replay where connector = any($1)`, [names]);
}

async function showState({ database, metrics }: UpkeepOptions): Promise<void> {
  const row = await database.row<Record<'backlog' | 'parked' | 'job' | 'run' | 'dataset', string>>(stateSql);
  if (!row) return;
  metrics.lineageFoldBacklog.set(Number(row.backlog));
  metrics.lineageParkedEvents.set(Number(row.parked));
  for (const entity of ['job', 'run', 'dataset'] as const) {
    metrics.lineageToCatalogue.set({ entity }, Number(row[entity]));
  }
  const letters = await database.rows<{ kind: string; letters: string }>(
    `select kind, count(*) as letters from dead_letter group by kind`,
  );
  metrics.lineageDeadLetters.reset();
  for (const { kind, letters: count } of letters) metrics.lineageDeadLetters.set({ kind }, Number(count));
}

const stateSql = `
  select (select sum(s.position - c.position) from stream s join fold_cursor c using (stream)) as backlog,
    (select count(*) from parked) as parked,
    (select count(*) from job where dirty_since is not null) as job,
    (select count(*) from run where dirty_since is not null) as run,
    (select count(*) from dataset where dirty_since is not null) as dataset`;
