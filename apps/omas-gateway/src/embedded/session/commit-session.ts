import {
  SessionLostError,
  toWireError,
  type IdaemonError,
  type RunOutcome,
  type RunReport,
} from '@idaemon/contracts';
import { storableJson, type Database, type Sql } from '@idaemon/persistence';
import { assertOwner } from '../claims/fence.js';
import { restoreNames } from '../removal/restore-names.js';
import { insertReport } from '../runs/run-reports.js';
import { writeTransaction } from '../write/placeholders.js';
import { findStillCrowded } from '../write/crowded-ends.js';
import { refuseLinks } from '../write/refuse-links.js';
import { findMissing } from './find-missing.js';
import { holdRemovals } from './hold-removals.js';
import { nothingSwept, sweep, type Swept } from './sweep.js';
import type { SyncSession } from './sync-session.js';

export interface Committed {
  report: RunReport;
  feedPosition: number | null;
}

/** Ends a session: sweeps what it has read to its end and has not seen, and writes its report, in one transaction. */
export async function commitSession(database: Database, session: SyncSession): Promise<Committed> {
  const isAnyMissing = await findMissing(database, session);
  if (isAnyMissing) await holdRemovals(database, session);
  return writeTransaction(database, async (sql) => {
    const [, { refused, ...swept }] = await Promise.all([
      assertCurrent(sql, session),
      sweepAndSettle(sql, session, isAnyMissing),
    ]);
    const report = reportOf(session, { ...swept, refused });
    await closeSession(sql, session, report);
    return { report, feedPosition: swept.feedPosition };
  });
}

async function sweepAndSettle(
  sql: Sql,
  session: SyncSession,
  isAnyMissing: boolean,
): Promise<Swept & { refused: number }> {
  const swept = isAnyMissing ? await sweep(sql, session) : nothingSwept;
  const refused = session.isPlan ? 0 : await settle(sql, session);
  return { ...swept, refused };
}

/** Ends a session without sweeping anything. */
export async function failSession(
  database: Database,
  session: SyncSession,
  error: IdaemonError,
): Promise<RunReport> {
  return writeTransaction(database, async (sql) => {
    const report: RunReport = {
      ...reportOf(session, { removed: 0, held: 0, refused: 0 }),
      outcome: 'failed',
      error: toWireError(error),
    };
    await closeSession(sql, session, report);
    return report;
  });
}

/** The owner is still the newest, and no newer session of the connector has begun. */
async function assertCurrent(sql: Sql, { id, begin }: SyncSession): Promise<void> {
  const [, newest] = await Promise.all([
    assertOwner(sql, begin.fence),
    sql.row<{ id: string }>('select id from sync_session where connector = $1 and shard = $2 for update', [
      begin.fence.connector,
      begin.fence.shard,
    ]),
  ]);
  if (newest?.id === id) return;
  throw new SessionLostError(`A newer session of the connector ${begin.fence.connector} has begun`);
}

/** What had to wait for the end of the session. Answers how many elements turned out to be wrong. */
async function settle(sql: Sql, session: SyncSession): Promise<number> {
  await Promise.all([restoreNames(sql, session.sourceId), forgetWhatIsGone(sql, session)]);
  if (!session.hasCrowdedEnds) return 0;
  const rows = await sql.rows<{ relationship_id: string }>(
    'select relationship_id from crowded_end where session = $1',
    [session.id],
  );
  const crowded = await findStillCrowded(
    sql,
    rows.map(({ relationship_id }) => Number(relationship_id)),
  );
  return (await refuseLinks(sql, session.writer, crowded)).size;
}

/** Scopes that are empty and that nobody fills any more, and failures of elements that are not there any more. */
async function forgetWhatIsGone(sql: Sql, session: SyncSession): Promise<void> {
  const { connector, shard } = session.begin.fence;
  const complete = [...session.scopes.values()].filter(({ isComplete }) => isComplete);
  if (session.isWhole) {
    await sql.rows(
      `delete from sweep_scope s where connector = $1 and shard = $2 and is_synced and id <> all($3::int[])
         and not exists (select from element e where e.scope_id = s.id)`,
      [connector, shard, complete.map(({ id }) => id)],
    );
  }
  if (!session.hasDeadLetters || session.unreadCount > 0) return;
  await sql.rows(
    `delete from dead_letter using jsonb_to_recordset($1::jsonb) as s (collection text, scope text)
     where dead_letter.collection = s.collection and dead_letter.scope = s.scope and connector = $2 and shard = $3
       and at < $4::timestamptz and run_id is distinct from $5`,
    [storableJson(complete), connector, shard, session.begunAt, session.begin.runId],
  );
}

async function closeSession(sql: Sql, session: SyncSession, report: RunReport): Promise<void> {
  await Promise.all([
    ...['sweep_candidate', 'replaced_key', 'crowded_end'].map((table) =>
      sql.rows(`delete from ${table} where session = $1`, [session.id]),
    ),
    sql.rows('delete from sync_session where id = $1', [session.id]),
    insertReport(sql, report, session.id),
  ]);
}

function reportOf(
  session: SyncSession,
  { removed, held, refused }: { removed: number; held: number; refused: number },
): RunReport {
  const { fence, runId, mode, trigger, startedAt, approves } = session.begin;
  const counts = { ...session.counts, removed, failed: session.counts.failed + refused };
  return {
    id: runId,
    connector: fence.connector,
    shard: fence.shard,
    epoch: fence.epoch,
    mode,
    trigger,
    outcome: outcomeOf(session, counts.failed, held),
    startedAt,
    endedAt: new Date().toISOString(),
    counts,
    heldRemovals: held,
    unread: session.unread,
    unreadCount: session.unreadCount,
    ...(approves ? { approves } : {}),
  };
}

function outcomeOf(session: SyncSession, failed: number, held: number): RunOutcome {
  if (held > 0 && !session.isPlan) return 'waiting-for-approval';
  return failed > 0 || session.unreadCount > 0 ? 'partial' : 'succeeded';
}
