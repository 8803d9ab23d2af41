import { setTimeout as wait } from 'node:timers/promises';
import { withClient } from '@idaemon/launcher/database';

/** Sessions of PostgreSQL tell their counts when they have been idle for ten seconds. */
const countsArriveMs = 12_000;

/** Rows written so far, by table of the store: the difference of two of these is what a refresh wrote. */
export async function rowWrites(url) {
  await wait(countsArriveMs);
  return withClient(url, async (client) => {
    const { rows } = await client.query(
      `select relname as name, (n_tup_ins + n_tup_upd + n_tup_del)::int as writes
       from pg_stat_user_tables where schemaname = 'open_metadata'`,
    );
    return Object.fromEntries(rows.map(({ name, writes }) => [name, writes]));
  });
}

export function writesSince(before, after) {
  const watched = ['element', 'relationship', 'classification', 'element_history', 'change_feed'];
  return Object.fromEntries(watched.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]));
}
