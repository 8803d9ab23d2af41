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
    const find = begin.mode === 'plan' ? findSource : sourceId;
    const [, source, earlier] = await Promise.all([
      assertOwner(sql, fence),
      find(sql, begin.source),
      sql.row<{ id: string }>('select id from sync_session where connector = $1 and shard = $2 for update', [
        fence.connector,
        fence.shard,
      ]),
    ]);
    for (const table of ['sweep_candidate', 'replaced_key', 'crowded_end']) {
      if (earlier) await sql.rows(`delete from ${table} where session = $1`, [earlier.id]);
    }
    const row = await sql.row<{ begun_at: Date; has_dead_letters: boolean; is_first: boolean }>(
      `insert into sync_session (connector, shard, id, run_id, source_id, begun_at)
       values ($1, $2, $3, $4, $5, clock_timestamp())
       on conflict (connector, shard) do update set id = excluded.id, run_id = excluded.run_id,
         source_id = excluded.source_id, begun_at = excluded.begun_at
       returning begun_at, exists (select from dead_letter where connector = $1) as has_dead_letters,
         not exists (
           select from sweep_scope where connector = $1 and shard = $2 and source_id = $5 and is_synced) as is_first`,
      [fence.connector, fence.shard, id, runId, source],
    );
    if (!row) throw new Error(`The session ${id} could not be opened`);
    const { begun_at: begunAt, has_dead_letters: hasDeadLetters, is_first: isFirst } = row;
    return new SyncSession(id, begin, source, begunAt, { hasDeadLetters, isFirst, nowMs });
  });
}
