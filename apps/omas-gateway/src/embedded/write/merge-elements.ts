import { storableJson, type Sql } from '@idaemon/persistence';
import { StaleReadError } from '../retried-transaction.js';

/** `from`, a placeholder or hearsay, turned out to be the same thing as `to`. */
export interface Merge {
  from: number;
  to: number;
}

const pairs = 'jsonb_to_recordset($1::jsonb) as m ("from" bigint, "to" bigint)';

/** Gives all that refers to the placeholders to the elements that they turned out to be; the placeholders go. */
export async function mergePlaceholders(sql: Sql, merges: readonly Merge[]): Promise<void> {
  if (merges.length === 0) return;
  await lockPlaceholders(sql, merges);
  await dropDeclarations(
    sql,
    merges.map(({ from }) => from),
  );
  const parameters = [storableJson(merges)];
  await sql.rows(
    `update relationship l set end1_id = m."to" from ${pairs} where l.end1_id = m."from"`,
    parameters,
  );
  await sql.rows(
    `update relationship l set end2_id = m."to" from ${pairs} where l.end2_id = m."from"`,
    parameters,
  );
  await sql.rows(
    `update element e set parent_id = m."to" from ${pairs} where e.parent_id = m."from"`,
    parameters,
  );
  await sql.rows(
    `update locator l set element_id = m."to" from ${pairs} where l.element_id = m."from"`,
    parameters,
  );
  await sql.rows(
    `update classification c set element_id = m."to" from ${pairs} where c.element_id = m."from"
       and not exists (select from classification o
         where o.element_id = m."to" and o.name = c.name and o.source_id = c.source_id)`,
    parameters,
  );
  await sql.rows(`delete from classification c using ${pairs} where c.element_id = m."from"`, parameters);
  await sql.rows(
    `delete from element e using ${pairs} where e.id = m."from" and (e.is_placeholder or e.is_tentative)`,
    parameters,
  );
  await deleteTwins(
    sql,
    merges.map(({ to }) => to),
  );
}

/** What hearsay declared goes with it; a placeholder declares nothing. */
async function dropDeclarations(sql: Sql, ids: readonly number[]): Promise<void> {
  await sql.rows('delete from relationship where end1_id = any($1::bigint[]) and declared_end = 1', [ids]);
  await sql.rows('delete from relationship where end2_id = any($1::bigint[]) and declared_end = 2', [ids]);
  await sql.rows('delete from classification where element_id = any($1::bigint[]) and is_declared', [ids]);
}

/** Nobody may begin to refer to them from here on. */
async function lockPlaceholders(sql: Sql, merges: readonly Merge[]): Promise<void> {
  const ids = [...new Set(merges.map(({ from }) => from))];
  const locked = await sql.rows(
    `select id from element where id = any($1::bigint[]) and (is_placeholder or is_tentative)
     order by id for update`,
    [ids],
  );
  if (locked.length !== ids.length) throw new StaleReadError('A placeholder was changed meanwhile');
}

/** Two links to the same thing under two names are one now. */
export async function deleteTwins(sql: Sql, elementIds: readonly number[]): Promise<void> {
  for (const end of ['end1_id', 'end2_id']) {
    await sql.rows(
      `delete from relationship l using relationship o where l.${end} = any($1::bigint[])
         and o.end1_id = l.end1_id and o.end2_id = l.end2_id and o.id < l.id and o.type = l.type
         and o.declared_end is not distinct from l.declared_end and o.source_id = l.source_id
         and o.via is not distinct from l.via and o.properties = l.properties`,
      [elementIds],
    );
  }
}

export interface Split {
  from: number;
  to: number;
  guid: string;
  /** The source key that goes with the name. */
  source_key: string | null;
}

/**
 * What was known under a name becomes an element of its own (`to`, with that name), while the element (`from`) goes
 * on with its source key under another name. All that referred to the name goes along. `from` has freed its name.
 */
export async function splitElements(sql: Sql, splits: readonly Split[]): Promise<void> {
  if (splits.length === 0) return;
  const from = 'jsonb_to_recordset($1::jsonb) as m ("from" bigint, "to" bigint, guid uuid, source_key text)';
  const parameters = [storableJson(splits)];
  await sql.rows(
    `insert into element (id, guid, parent_id, created_at, updated_at, confirmed_at, effective_from, effective_to, run_id,
       source_id, scope_id, version, type, qualified_name, display_name, content_hash, changed_by, source_key,
       properties)
     select m."to", m.guid, e.parent_id, now(), now(), e.confirmed_at, e.effective_from, e.effective_to, e.run_id,
       e.source_id, e.scope_id, 1, e.type, e.displaced_name, e.display_name, e.content_hash, e.changed_by,
       m.source_key, e.properties
     from ${from} join element e on e.id = m."from"`,
    parameters,
  );
  await sql.rows(
    `update element e set parent_id = m."to" from ${from} where e.parent_id = m."from"`,
    parameters,
  );
  for (const end of [1, 2]) {
    await sql.rows(
      `update relationship l set end${end}_id = m."to" from ${from}
       where l.end${end}_id = m."from" and l.declared_end is not null`,
      parameters,
    );
  }
  await sql.rows(
    `update locator l set element_id = m."to" from ${from} where l.element_id = m."from" and l.is_declared`,
    parameters,
  );
  await sql.rows(
    `update classification c set element_id = m."to" from ${from} where c.element_id = m."from" and c.is_declared`,
    parameters,
  );
}
