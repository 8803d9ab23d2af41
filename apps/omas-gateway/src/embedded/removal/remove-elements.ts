import type { Sql } from '@idaemon/persistence';
import { insertHistory } from '../write/element-rows.js';
import { changedFacets } from '../write/changed-facets.js';
import type { FeedEntry } from '../write/feed.js';
import { release } from '../write/placeholders.js';
import type { Writer } from '../write/writer.js';

/** Elements of one source, a page at a time, and again from the beginning whenever asked. */
export type Pages = () => AsyncIterable<number[]> | Iterable<number[]>;

/**
 * Removes elements, which the caller has locked, with all that they declare. One that others refer to, or have facets
 * of, becomes a placeholder again; it goes with the last reference. `emit` gets the entries of the change feed.
 */
export async function removeElements(
  sql: Sql,
  writer: Writer,
  pages: Pages,
  emit: (entries: FeedEntry[]) => Promise<void> | void,
): Promise<void> {
  for await (const ids of pages()) {
    const others = await otherEnds(sql, writer, ids);
    await release(sql, await removeDeclarations(sql, writer, ids));
    if (others.length > 0) await emit(await changedFacets(sql, others));
  }
  for await (const ids of pages()) {
    await sql.rows(`${insertHistory(true)} where id = any($1::bigint[])`, [
      ids,
      writer.runId,
      writer.changedBy,
    ]);
    const feed = await removalsOf(sql, ids);
    const demoted = await demoteReferenced(sql, writer, ids);
    // Whoever takes the last reference away at this moment does not see the placeholder yet.
    await release(sql, [...demoted]);
    await deleteElements(
      sql,
      ids.filter((id) => !demoted.has(id)),
    );
    await emit(feed);
  }
}

const declarations = [
  'delete from relationship where end1_id = any($1::bigint[]) and declared_end = 1 returning end2_id as id',
  'delete from relationship where end2_id = any($1::bigint[]) and declared_end = 2 returning end1_id as id',
];
// What a group says of others stays, until its source says otherwise.
const ownFacets = [
  `delete from relationship where end1_id = any($1::bigint[]) and declared_end is null and via is null and source_id = $2
   returning end2_id as id`,
  `delete from relationship where end2_id = any($1::bigint[]) and declared_end is null and via is null and source_id = $2
   returning end1_id as id`,
  `delete from classification where element_id = any($1::bigint[]) and source_id = $2
   returning element_id as id`,
];

/** Elements that lose a relationship, but not just a child. */
async function otherEnds(sql: Sql, { source }: Writer, ids: readonly number[]): Promise<number[]> {
  const rows = await sql.rows<{ id: string }>(
    `select r.end2_id as id from relationship r join element e on e.id = r.end1_id
     where r.end1_id = any($1::bigint[]) and r.end2_id is distinct from e.parent_id
       and (r.declared_end = 1 or (r.declared_end is null and r.source_id = $2))
     union
     select r.end1_id from relationship r join element e on e.id = r.end2_id
     where r.end2_id = any($1::bigint[]) and r.end1_id is distinct from e.parent_id
       and (r.declared_end = 2 or (r.declared_end is null and r.source_id = $2))`,
    [ids, source.id],
  );
  const isGone = new Set(ids);
  return rows.map(({ id }) => Number(id)).filter((id) => !isGone.has(id));
}

/** Answers the elements that lose a reference. */
async function removeDeclarations(sql: Sql, { source }: Writer, ids: readonly number[]): Promise<number[]> {
  const touched = new Set<number>();
  const run = async (statement: string, parameters: unknown[]) => {
    const rows = await sql.rows<{ id: string }>(
      `with gone as (${statement}) select distinct id from gone where id <> all($1::bigint[])`,
      parameters,
    );
    for (const { id } of rows) touched.add(Number(id));
  };
  for (const statement of declarations) await run(statement, [ids]);
  for (const statement of ownFacets) await run(statement, [ids, source.id]);
  return [...touched];
}

async function removalsOf(sql: Sql, ids: readonly number[]): Promise<FeedEntry[]> {
  return sql.rows<FeedEntry>(
    `select 'removed' as kind, guid, type, coalesce(displaced_name, qualified_name) as qualified_name
     from element where id = any($1::bigint[]) order by id`,
    [ids],
  );
}

/** The version stays: the next owner continues it. */
async function demoteReferenced(sql: Sql, writer: Writer, ids: readonly number[]): Promise<Set<number>> {
  const rows = await sql.rows<{ id: string }>(
    `update element e set is_placeholder = true, is_tentative = false, source_id = null, scope_id = null, parent_id = null, source_key = null,
       content_hash = null, properties = '{}', effective_from = null, effective_to = null, confirmed_at = null,
       run_id = null, updated_at = now(), changed_by = $2
     where e.id = any($1::bigint[]) and (
       exists (select from relationship where end1_id = e.id)
       or exists (select from relationship where end2_id = e.id)
       or exists (select from classification where element_id = e.id))
     returning e.id`,
    [ids, writer.changedBy],
  );
  return new Set(rows.map(({ id }) => Number(id)));
}

async function deleteElements(sql: Sql, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.rows('delete from locator where element_id = any($1::bigint[])', [ids]);
  await sql.rows('delete from element where id = any($1::bigint[])', [ids]);
}
