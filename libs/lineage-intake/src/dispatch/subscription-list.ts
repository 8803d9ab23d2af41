import type { EventSubscription } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';

/** How far each connector has read, by name. */
export async function listSubscriptions(sql: Sql, connector?: string): Promise<EventSubscription[]> {
  const rows = await sql.rows<{
    connector: string;
    backlog: string;
    oldest_at: Date | null;
    parked: number;
    dead_letters: number;
    replaying: string;
    gap_events: string;
    gap_at: Date | null;
  }>(listSql, [connector ?? null]);
  return rows.map((row) => ({
    connector: row.connector,
    backlog: Number(row.backlog),
    oldestAt: row.oldest_at?.toISOString() ?? null,
    parked: row.parked,
    deadLetters: row.dead_letters,
    replaying: Number(row.replaying),
    gap: row.gap_at ? { positions: Number(row.gap_events), at: row.gap_at.toISOString() } : null,
  }));
}

/** The first event behind each cursor is found by the key of the log. */
const listSql = `
  select s.connector, sum(t.position - s.position) as backlog, min(next.received_at) as oldest_at,
    sum(s.gap_events) as gap_events, max(s.gap_at) as gap_at,
    (select count(*)::integer from parked p where p.connector = s.connector) as parked,
    (select count(*)::integer from dead_letter d where d.connector = s.connector) as dead_letters,
    (select coalesce(sum(r.until - r.position), 0) from replay r where r.connector = s.connector) as replaying
  from subscription s join stream t using (stream)
  left join lateral (
    select received_at from event e where e.stream = s.stream and e.position > s.position
    order by e.position limit 1
  ) next on true
  where $1::text is null or s.connector = $1
  group by s.connector order by s.connector limit 1000`;
