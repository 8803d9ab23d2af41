import type { gatewayMessages } from '@idaemon/contracts';
import type { Database } from '@idaemon/persistence';
import type { z } from 'zod';
import type { Notices } from '../notices.js';
import { release, writeTransaction } from '../write/placeholders.js';
import { appendToFeed } from '../write/feed.js';
import type { Writer } from '../write/writer.js';
import { removeElements } from './remove-elements.js';
import { leaveScopes } from '../sweep-scopes.js';

type Request = z.output<(typeof gatewayMessages.removeConnector)['request']>;

/** One transaction removes so many at most: others get their turn. */
const pageSize = 2_000;

/**
 * Forgets a connector that was deleted: its sessions, state and dead letters. Its elements stay, with what says whose they
 * were, until somebody asks for their removal, which needs no approval then. Goes on where it was left, and may be repeated.
 */
export async function removeConnector(
  database: Database,
  notices: Notices,
  request: Request,
): Promise<{ removed: number; isDone: boolean }> {
  const { connector, elements } = request;
  // First the session: none may go on to write or commit.
  await database.rows('delete from sync_session where connector = $1', [connector]);
  const { removed, isDone } =
    elements === 'remove' ? await removeSome(database, notices, request) : { removed: 0, isDone: true };
  if (!isDone) return { removed, isDone };
  await database.transaction(async (sql) => {
    for (const table of ['connector_state', 'dead_letter', 'recent_removal']) {
      await sql.rows(`delete from ${table} where connector = $1`, [connector]);
    }
    await leaveScopes(sql, connector);
  });
  return { removed, isDone };
}

async function removeSome(
  database: Database,
  notices: Notices,
  { connector, changedBy, runId, limit = Infinity }: Request,
): Promise<{ removed: number; isDone: boolean }> {
  const scopes = await database.rows<{
    id: number;
    shard: number;
    source_id: number;
    qualified_name: string;
  }>(
    `select s.id, greatest(s.shard, -1 - s.shard) as shard, s.source_id, m.qualified_name from sweep_scope s
     join metadata_source m on m.id = s.source_id where s.connector = $1 order by s.source_id, s.id`,
    [connector],
  );
  await removeGroups(database, connector);
  let removed = 0;
  for (const { id, shard, source_id, qualified_name } of scopes) {
    const source = { id: source_id, qualifiedName: qualified_name };
    const writer: Writer = {
      connector,
      shard,
      source,
      runId: runId ?? null,
      changedBy,
      feedConnector: null,
    };
    for (;;) {
      const size = Math.min(pageSize, limit - removed);
      if (size <= 0) return { removed, isDone: false };
      const count = await removePage(database, notices, writer, { scopeId: id, size });
      removed += count;
      if (count < size) break;
    }
  }
  return { removed, isDone: true };
}

/** What the connector said of others' elements. */
async function removeGroups(database: Database, connector: string): Promise<void> {
  await writeTransaction(database, async (sql) => {
    const gone = await sql.rows<{ end1_id: string; end2_id: string }>(
      `delete from relationship where declared_end is null and via is not null and changed_by = $1
       returning end1_id, end2_id`,
      [connector],
    );
    await release(
      sql,
      gone.flatMap(({ end1_id, end2_id }) => [Number(end1_id), Number(end2_id)]),
    );
  });
}

async function removePage(
  database: Database,
  notices: Notices,
  writer: Writer,
  { scopeId, size }: { scopeId: number; size: number },
): Promise<number> {
  const { count, position } = await writeTransaction(database, async (sql) => {
    const rows = await sql.rows<{ id: string }>(
      'select id from element where scope_id = $1 and source_id = $2 order by id limit $3 for update',
      [scopeId, writer.source.id, size],
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
