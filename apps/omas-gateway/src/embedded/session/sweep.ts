import type { Sql } from '@idaemon/persistence';
import { removeElements } from '../removal/remove-elements.js';
import { appendToFeed } from '../write/feed.js';
import type { Writer } from '../write/writer.js';
import { isOlderThan } from './find-missing.js';
import type { SyncSession } from './sync-session.js';

export interface Swept {
  removed: number;
  held: number;
  feedPosition: number | null;
}

export const nothingSwept: Swept = { removed: 0, held: 0, feedPosition: null };

const pageSize = 5_000;

/** Removes the candidates that nobody holds, or writes down what would be removed. */
export async function sweep(sql: Sql, session: SyncSession): Promise<Swept> {
  await lockCandidates(sql, session);
  const counts = await sql.row<{ removed: number; held: number }>(
    `select count(*) filter (where not is_held)::int as removed, count(*) filter (where is_held)::int as held
     from sweep_candidate where session = $1`,
    [session.id],
  );
  const { removed = 0, held = 0 } = counts ?? {};
  if (held > 0) await listDifferences(sql, session, 'held-removal');
  if (removed === 0) return { removed, held, feedPosition: null };
  if (!session.isPlan) return { removed, held, feedPosition: await removeBySource(sql, session) };
  await listDifferences(sql, session, 'removed');
  return { removed, held, feedPosition: null };
}

/** Locked in one order; what was written since it was missed stays. */
async function lockCandidates(sql: Sql, { id, begunAt }: SyncSession): Promise<void> {
  await sql.rows(
    `select count(*) from (
       select id from element where id in (select element_id from sweep_candidate where session = $1)
       order by id for update) as locked`,
    [id],
  );
  await sql.rows(
    `delete from sweep_candidate c where c.session = $1 and not exists (
       select from element e where e.id = c.element_id and not e.is_placeholder
         and ${isOlderThan('$2')})`,
    [id, begunAt],
  );
}

async function listDifferences(
  sql: Sql,
  { id, begin }: SyncSession,
  change: 'removed' | 'held-removal',
): Promise<void> {
  await sql.rows(
    `insert into run_difference (at, run_id, change, element_id, guid, type, qualified_name)
     select now(), $2, $3, e.id, e.guid, e.type, coalesce(e.displaced_name, e.qualified_name)
     from sweep_candidate c join element e on e.id = c.element_id
     where c.session = $1 and c.is_held = ($3 = 'held-removal') order by e.id`,
    [id, begin.runId, change],
  );
}

/** Orphans may be another source's: what a source owns goes with its own elements only. */
async function removeBySource(sql: Sql, session: SyncSession): Promise<number | null> {
  const sources = await sql.rows<{ id: number; qualified_name: string }>(
    `select distinct m.id, m.qualified_name from sweep_candidate c
     join element e on e.id = c.element_id join metadata_source m on m.id = e.source_id
     where c.session = $1 and not c.is_held`,
    [session.id],
  );
  let position: number | null = null;
  for (const { id, qualified_name: qualifiedName } of sources) {
    const writer: Writer = { ...session.writer, source: { id, qualifiedName } };
    const ids = sources.length === 1 ? null : id;
    await removeElements(
      sql,
      writer,
      () => pagesOf(sql, session, ids),
      async (entries) => {
        position = (await appendToFeed(sql, writer, entries)) ?? position;
      },
    );
  }
  return position;
}

async function* pagesOf(
  sql: Sql,
  { id: session }: SyncSession,
  sourceId: number | null,
): AsyncGenerator<number[]> {
  for (let after = 0; ;) {
    const rows = await sql.rows<{ element_id: string }>(
      `select c.element_id from sweep_candidate c join element e on e.id = c.element_id
       where c.session = $1 and not c.is_held and c.element_id > $2 and ($3::int is null or e.source_id = $3)
       order by c.element_id limit $4`,
      [session, after, sourceId, pageSize],
    );
    const ids = rows.map(({ element_id }) => Number(element_id));
    if (ids.length > 0) yield ids;
    if (ids.length < pageSize) return;
    after = ids.at(-1) ?? after;
  }
}
