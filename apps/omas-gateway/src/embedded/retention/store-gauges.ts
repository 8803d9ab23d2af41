import type { Metrics } from '@idaemon/metrics';
import type { Sql } from '@idaemon/persistence';

const tables = [
  'element',
  'element_history',
  'relationship',
  'classification',
  'locator',
  'change_feed',
  'run_report',
  'run_difference',
  'dead_letter',
  'search_entry',
];

const oldest = [
  ['change_feed', 'select at from change_feed order by position limit 1'],
  ['run_report', 'select min(reported_at) as at from run_report'],
  ['dead_letter', 'select min(at) as at from dead_letter'],
] as const;

/** Sets the gauges that are read from Postgres: estimates and ends of indexes, nothing that counts rows. */
export async function readStoreGauges(sql: Sql, metrics: Metrics): Promise<void> {
  const rows = await sql.rows<{ table: string; rows: number }>(
    `select relname as table, reltuples as rows from pg_class
     where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname = any ($1)`,
    [tables],
  );
  // -1: nothing was ever estimated.
  for (const { table, rows: count } of rows) metrics.gatewayRows.set({ table }, Math.max(0, count));
  const head = await sql.row<{ position: string }>('select position from feed_head');
  metrics.gatewayFeedPosition.set(Number(head?.position ?? 0));
  for (const [table, query] of oldest) {
    const at = (await sql.row<{ at: Date | null }>(query))?.at;
    if (at) metrics.gatewayOldestRow.set({ table }, at.getTime() / 1000);
    else metrics.gatewayOldestRow.remove({ table });
  }
}
