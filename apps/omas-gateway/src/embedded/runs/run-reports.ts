import { CollectedReport, RunReport } from '@idaemon/contracts';
import { storableJson, type Database, type Sql } from '@idaemon/persistence';
import type { RunAnswers } from '../../open-metadata-store.js';
import { readDifferences } from './read-differences.js';

/** Written with what it reports, in one transaction. The newest report of a run counts. */
export async function insertReport(sql: Sql, report: RunReport, session: string | null): Promise<void> {
  await sql.rows(
    `insert into run_report (id, session, reported_at, connector, report) values ($1, $2, clock_timestamp(), $3, $4)
     on conflict (id) do update set session = excluded.session, reported_at = excluded.reported_at,
       collected_at = null, report = excluded.report where run_report.report <> excluded.report`,
    [report.id, session, report.connector, storableJson(report)],
  );
}

/** The report of a session that has ended, on whichever replica. */
export async function reportOfSession(sql: Sql, session: string): Promise<RunReport | undefined> {
  const row = await sql.row<{ report: unknown }>('select report from run_report where session = $1', [
    session,
  ]);
  return row && RunReport.parse(row.report);
}

/** Reports wait here until the daemon has collected them, also when it is away for days. */
export function runReports(database: Database, reported: (connector: string) => void): RunAnswers {
  return {
    reportRun: async ({ report }) => {
      await insertReport(database, report, null);
      reported(report.connector);
      return {};
    },
    collectRuns: async ({ limit }) => {
      const rows = await database.rows<{ report: unknown }>(
        `select report || jsonb_build_object('revision', ${revision}) as report
         from run_report where collected_at is null order by reported_at limit $1`,
        [limit],
      );
      return { reports: byBytes(rows.map(({ report }) => CollectedReport.parse(report))) };
    },
    acknowledgeRuns: async ({ ids, revisions }) => {
      // A run that is made again reports again: between collect and acknowledge, too.
      await database.rows(
        `update run_report set collected_at = now()
         from unnest($1::uuid[], $2::text[]) as collected (id, revision)
         where run_report.id = collected.id and collected_at is null
           and ${revision} = coalesce(collected.revision, ${revision})`,
        [ids, revisions ?? []],
      );
      return {};
    },
    runDifferences: (query) => readDifferences(database, query),
  };
}

/** SQL for what tells one report of a run from the next. */
const revision = 'md5(report::text)';
const maxReplyBytes = 400 * 1024;

/** As many as fit into a reply: a report may list a hundred things that could not be read. */
function byBytes(reports: CollectedReport[]): CollectedReport[] {
  let bytes = 0;
  return reports.filter((report, index) => {
    bytes += Buffer.byteLength(JSON.stringify(report));
    return index === 0 || bytes <= maxReplyBytes;
  });
}
