import { ConflictError, type ChangeResult, type Reference } from '@idaemon/contracts';
import { storableJson } from '@idaemon/persistence';
import { mustWait } from '../removal/removal-guard.js';
import { removeElements } from '../removal/remove-elements.js';
import { findOwners } from '../write/element-lookup.js';
import { findTargets } from '../write/reference-lookup.js';
import { refused, type ChangeContext } from './change-context.js';
import { targetOf } from './find-reference.js';

export interface Removal {
  element: Reference;
  recursive: boolean;
  isExpired?: true;
}

/** Removals of so long ago still count for the guard. */
const windowMinutes = 10;

/** Removes elements of the writer's own source with all below them, as long as the guard lets them go. */
export async function removeSingly(
  context: ChangeContext,
  removals: readonly Removal[],
): Promise<ChangeResult[]> {
  const { sql, writer } = context;
  const found = await findTargets(
    sql,
    removals.map(({ element }) => element),
  );
  const targets = removals.map(({ element }) => targetOf(found, element));
  const owners = await findOwners(
    sql,
    writer,
    targets.flatMap((target) => target?.id ?? []),
  );
  const own = removals.flatMap(({ recursive, isExpired = false }, index) => {
    const id = targets[index]?.id;
    return id !== undefined && owners.get(id)?.source === writer.source.qualifiedName
      ? [{ id, recursive, isExpired }]
      : [];
  });
  const expired = await removeExpired(
    context,
    own.filter(({ isExpired }) => isExpired),
  );
  const guarded = await removeWithinGuard(
    context,
    own.filter(({ id }) => !expired.has(id)),
  );
  const gone = new Set([...expired, ...guarded]);
  return targets.map((target): ChangeResult => {
    const owner = target && owners.get(target.id);
    if (!target || !owner) return { result: 'absent', guid: null };
    if (owner.source === writer.source.qualifiedName) {
      return { result: gone.has(target.id) ? 'removed' : 'held', guid: target.guid };
    }
    const message = `${target.type} ${target.qualifiedName} belongs to the metadata source "${owner.source}"`;
    return refused(
      new ConflictError(`${message}, "${writer.source.qualifiedName}" cannot remove it`, {
        action: 'Remove it at its own source.',
      }),
    );
  });
}

/** Of elements of the writer's own source those that the guard lets go, which are gone then. */
export async function removeWithinGuard(
  context: ChangeContext,
  roots: readonly { id: number; recursive: boolean }[],
): Promise<Set<number>> {
  const { sql, writer, guard } = context;
  if (roots.length === 0) return new Set();
  const trees = await treesOf(context, roots);
  const recent = await recentRemovals(context);
  const going = new Set<number>();
  for (const { id } of roots) {
    const more = (trees.get(id) ?? [id]).filter((member) => !going.has(member));
    const removed = recent + going.size + more.length;
    if (removed >= guard.minElements) {
      const size = await context.sizeOfSource(sql, writer.source.id);
      const left = Math.max(0, size - going.size - more.length);
      if (mustWait({ before: size + recent, left, removed }, guard)) continue;
    }
    for (const member of more) going.add(member);
  }
  await removeNow(context, [...going]);
  return going;
}

/** What a retention rule ends: neither guarded nor counted for the guard. */
async function removeExpired(
  context: ChangeContext,
  roots: readonly { id: number; recursive: boolean }[],
): Promise<Set<number>> {
  if (roots.length === 0) return new Set();
  const going = new Set([...(await treesOf(context, roots)).values()].flat());
  await removeNow(context, [...going], '');
  return going;
}

/** Each root with all of its source below it. Locked, in one order, until the transaction ends. */
async function treesOf(
  { sql, writer }: ChangeContext,
  roots: readonly { id: number; recursive: boolean }[],
): Promise<Map<number, number[]>> {
  const rows = await sql.rows<{ root: string; id: string }>(
    `with recursive below (root, id, recursive) as (
       select id, id, recursive from jsonb_to_recordset($1::jsonb) as r (id bigint, recursive boolean)
       union
       select b.root, e.id, true from element e join below b on e.parent_id = b.id
       where b.recursive and e.source_id = $2)
     select root, id from below`,
    [storableJson(roots), writer.source.id],
  );
  const trees = new Map<number, number[]>();
  for (const { root, id } of rows) {
    const members = trees.get(Number(root)) ?? [];
    members.push(Number(id));
    trees.set(Number(root), members);
  }
  await sql.rows('select id from element where id = any($1::bigint[]) order by id for update', [
    rows.map(({ id }) => id),
  ]);
  return trees;
}

async function recentRemovals({ sql, writer }: ChangeContext): Promise<number> {
  const row = await sql.row<{ recent: number }>(
    `select count(*)::int as recent from recent_removal
     where source_id = $1 and connector = $2 and removed_at > now() - make_interval(mins => $3::int)`,
    [writer.source.id, writer.connector, windowMinutes],
  );
  return row?.recent ?? 0;
}

/** `countedFor` is the connector whose guard counts it. */
async function removeNow(
  { sql, writer, feed }: ChangeContext,
  ids: readonly number[],
  countedFor = writer.connector,
): Promise<void> {
  if (ids.length === 0) return;
  await forgetOldRemovals(sql, writer.source.id);
  await sql.rows(
    `insert into recent_removal (removed_at, name_hash, source_id, connector)
     select clock_timestamp(), md5(coalesce(displaced_name, qualified_name))::uuid, $2, $3
     from element where id = any($1::bigint[])`,
    [ids, writer.source.id, countedFor],
  );
  await removeElements(
    sql,
    writer,
    () => [[...ids]],
    (entries) => {
      feed.push(...entries);
    },
  );
}

/** Kept for the window, and for sessions that began before them; no session goes on for a day. */
async function forgetOldRemovals(sql: ChangeContext['sql'], sourceId: number): Promise<void> {
  await sql.rows(
    `delete from recent_removal where source_id = $1 and removed_at < now() - make_interval(mins => $2::int)
       and removed_at < coalesce((select min(begun_at) from sync_session where begun_at > now() - interval '1 day'), now())`,
    [sourceId, windowMinutes],
  );
}
