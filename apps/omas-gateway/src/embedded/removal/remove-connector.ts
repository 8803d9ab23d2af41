import type { Database } from '@idaemon/persistence';
import type { Notices } from '../notices.js';
import { writeTransaction } from '../write/placeholders.js';
import { appendToFeed } from '../write/feed.js';
import type { Writer } from '../write/writer.js';
import { removeElements } from './remove-elements.js';

interface Request {
  connector: string;
  elements: 'keep' | 'remove';
  changedBy: string;
}

/** One transaction removes so many at most: others get their turn. */
const pageSize = 2_000;

/**
 * Forgets a connector that was deleted: its sessions, state, dead letters and scopes. Its elements stay, unless
 * somebody asked for their removal, which needs no approval then. May be repeated.
 */
export async function removeConnector(
  database: Database,
  notices: Notices,
  { connector, elements, changedBy }: Request,
): Promise<{ removed: number }> {
  // First the session: none may go on to write or commit.
  await database.rows('delete from sync_session where connector = $1', [connector]);
  const removed = elements === 'remove' ? await removeAll(database, notices, connector, changedBy) : 0;
  for (const table of ['connector_state', 'dead_letter', 'recent_removal', 'sweep_scope']) {
    await database.rows(`delete from ${table} where connector = $1`, [connector]);
  }
  return { removed };
}

async function removeAll(
  database: Database,
  notices: Notices,
  connector: string,
  changedBy: string,
): Promise<number> {
  const scopes = await database.rows<{
    id: number;
    shard: number;
    source_id: number;
    qualified_name: string;
  }>(
    `select s.id, s.shard, s.source_id, m.qualified_name from sweep_scope s
     join metadata_source m on m.id = s.source_id where s.connector = $1 order by s.source_id, s.id`,
    [connector],
  );
  let removed = 0;
  for (const { id, shard, source_id, qualified_name } of scopes) {
    const source = { id: source_id, qualifiedName: qualified_name };
    const writer: Writer = { connector, shard, source, runId: null, changedBy, feedConnector: null };
    for (let count = pageSize; count === pageSize; removed += count) {
      count = await removePage(database, notices, writer, id);
    }
  }
  return removed;
}

async function removePage(
  database: Database,
  notices: Notices,
  writer: Writer,
  scopeId: number,
): Promise<number> {
  const { count, position } = await writeTransaction(database, async (sql) => {
    const rows = await sql.rows<{ id: string }>(
      'select id from element where scope_id = $1 and source_id = $2 order by id limit $3 for update',
      [scopeId, writer.source.id, pageSize],
    );
    const ids = rows.map(({ id }) => Number(id));
    let newest: number | null = null;
    await removeElements(
      sql,
      writer,
      () => [ids],
      async (entries) => {
        newest = await appendToFeed(sql, writer, entries);
      },
    );
    return { count: ids.length, position: newest as number | null };
  });
  if (position !== null) notices.feedGrew(position);
  return count;
}
