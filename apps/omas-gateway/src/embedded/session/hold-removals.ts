import type { Sql } from '@idaemon/persistence';
import { mustWait } from '../removal/removal-guard.js';
import type { SyncSession } from './sync-session.js';

interface ScopeRow {
  scope_id: number;
  source_id: number;
  removed: number;
}
interface SourceRow {
  source_id: number;
  removed: number;
}

/** Marks what was approved, and what has to wait for a person: by scope, and by source. */
export async function holdRemovals(sql: Sql, session: SyncSession): Promise<void> {
  await markApproved(sql, session);
  const scopes = await sql.rows<ScopeRow>(
    `select c.scope_id, s.source_id, count(*)::int as removed
     from sweep_candidate c join sweep_scope s on s.id = c.scope_id
     where c.session = $1 and not c.is_approved group by c.scope_id, s.source_id`,
    [session.id],
  );
  const held = new Set<number>();
  for (const { scope_id, removed } of scopes) {
    if (await mustScopesWait(sql, session, [scope_id], removed)) held.add(scope_id);
  }
  for (const { source_id, removed } of bySource(scopes)) {
    const all = await sql.rows<{ id: number }>('select id from sweep_scope where source_id = $1', [
      source_id,
    ]);
    if (
      !(await mustScopesWait(
        sql,
        session,
        all.map(({ id }) => id),
        removed,
      ))
    )
      continue;
    for (const { scope_id } of scopes.filter((scope) => scope.source_id === source_id)) held.add(scope_id);
  }
  await sql.rows(
    'update sweep_candidate set is_held = true where session = $1 and not is_approved and scope_id = any($2::int[])',
    [session.id, [...held]],
  );
}

function bySource(scopes: readonly ScopeRow[]): SourceRow[] {
  const removed = new Map<number, number>();
  for (const scope of scopes)
    removed.set(scope.source_id, (removed.get(scope.source_id) ?? 0) + scope.removed);
  return [...removed].map(([source_id, count]) => ({ source_id, removed: count }));
}

async function mustScopesWait(
  sql: Sql,
  session: SyncSession,
  scopeIds: readonly number[],
  removed: number,
): Promise<boolean> {
  const guard = session.begin.removal;
  // Counting takes its time; below this the answer is known.
  if (removed < guard.minElements) return false;
  const counts = await sql.row<{ before: number; left: number }>(
    `select count(*) filter (where e.created_at < $2::timestamptz)::int as before,
       count(*) filter (where c.element_id is null)::int as left
     from element e left join sweep_candidate c on c.session = $3 and c.element_id = e.id
     where e.scope_id = any($1::int[])`,
    [scopeIds, session.begunAt, session.id],
  );
  return mustWait({ before: counts?.before ?? 0, left: counts?.left ?? 0, removed }, guard);
}

/** Only what the approved run has listed, and only if this read still misses it. */
async function markApproved(sql: Sql, { id, begin }: SyncSession): Promise<void> {
  if (!begin.approves) return;
  await sql.rows(
    `update sweep_candidate c set is_approved = true from run_difference d
     where c.session = $1 and d.run_id = $2 and d.change in ('held-removal', 'removed')
       and d.element_id = c.element_id`,
    [id, begin.approves],
  );
}
