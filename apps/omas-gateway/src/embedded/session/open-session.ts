import type { SessionBegin } from '@idaemon/contracts';
import type { Database } from '@idaemon/persistence';
import { assertOwner } from '../claims/fence.js';
import { findSource, sourceId } from '../metadata-sources.js';
import { SyncSession } from './sync-session.js';

/** Begins a session in place of an earlier one of the connector, which may not commit any more. */
export async function openSession(
  database: Database,
  id: string,
  begin: SessionBegin,
  nowMs: number,
): Promise<SyncSession> {
  const { fence, runId } = begin;
  return database.transaction(async (sql) => {
    await assertOwner(sql, fence);
    const find = begin.mode === 'plan' ? findSource : sourceId;
    const source = await find(sql, begin.source);
    const earlier = await sql.row<{ id: string }>(
      'select id from sync_session where connector = $1 and shard = $2 for update',
      [fence.connector, fence.shard],
    );
    for (const table of ['sweep_candidate', 'replaced_key', 'crowded_end']) {
      if (earlier) await sql.rows(`delete from ${table} where session = $1`, [earlier.id]);
    }
    const row = await sql.row<{ begun_at: Date; has_dead_letters: boolean }>(
      `insert into sync_session (connector, shard, id, run_id, source_id, begun_at)
       values ($1, $2, $3, $4, $5, clock_timestamp())
       on conflict (connector, shard) do update set id = excluded.id, run_id = excluded.run_id,
         source_id = excluded.source_id, begun_at = excluded.begun_at
       returning begun_at, exists (select from dead_letter where connector = $1) as has_dead_letters`,
      [fence.connector, fence.shard, id, runId, source],
    );
    if (!row) throw new Error(`The session ${id} could not be opened`);
    return new SyncSession(id, begin, source, row.begun_at, { hasDeadLetters: row.has_dead_letters, nowMs });
  });
}
