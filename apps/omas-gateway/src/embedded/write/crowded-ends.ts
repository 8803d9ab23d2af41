import { relationshipEnds } from '@idaemon/open-metadata';
import { storableJson, type Sql } from '@idaemon/persistence';
import { declarerOf, type NewLink } from './relationship-rows.js';

interface LimitedLink {
  id: number;
  type: string;
  end1_id: number;
  end2_id: number;
  /** The end whose element may have one such relationship. */
  limited_end: 1 | 2;
}

/**
 * Which of these new relationships are a second one where the type system allows one. `fresh` elements had none
 * before.
 */
export async function findCrowded(
  sql: Sql,
  links: readonly NewLink[],
  fresh: ReadonlySet<number>,
): Promise<number[]> {
  const declared = new Map<string, number>();
  for (const link of links) declared.set(declaration(link), (declared.get(declaration(link)) ?? 0) + 1);
  const isOnly = (link: NewLink) => declared.get(declaration(link)) === 1 && fresh.has(declarerOf(link));
  const limited = links.flatMap((link) => limitsOf(link, isOnly(link) ? declarerOf(link) : undefined));
  if (limited.length === 0) return [];
  const rows = await sql.rows<{ id: string }>(
    `select distinct n.id from (
       select n.id from ${recordset} join relationship o on o.end1_id = n.end1_id and o.type = n.type
       where n.limited_end = 1 and o.end2_id <> n.end2_id
       union all
       select n.id from ${recordset} join relationship o on o.end2_id = n.end2_id and o.type = n.type
       where n.limited_end = 2 and o.end1_id <> n.end1_id) as n`,
    [storableJson(limited)],
  );
  return rows.map(({ id }) => Number(id));
}

function declaration(link: NewLink): string {
  return `${link.type} ${declarerOf(link)}`;
}

const recordset = `jsonb_to_recordset($1::jsonb)
  as n (id bigint, type text, end1_id bigint, end2_id bigint, limited_end int)`;

/** `safe`: the element that can have no other one. */
function limitsOf(link: NewLink, safe: number | undefined): LimitedLink[] {
  const [first, second] = relationshipEnds(link.type) ?? [];
  const { id, type, end1_id, end2_id } = link;
  const limits: LimitedLink[] = [];
  // The multiplicity of an end is what the element at the other end may have of it.
  if (second?.multiplicity === '0..1' && end1_id !== safe) {
    limits.push({ id, type, end1_id, end2_id, limited_end: 1 });
  }
  if (first?.multiplicity === '0..1' && end2_id !== safe) {
    limits.push({ id, type, end1_id, end2_id, limited_end: 2 });
  }
  return limits;
}

/** Remembered until the commit: the first one may go until then. */
export async function rememberCrowded(sql: Sql, session: string, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await sql.rows(
    `insert into crowded_end (session, relationship_id) select $1, unnest($2::bigint[]) on conflict do nothing`,
    [session, ids],
  );
}

/** Those that are still one too many, with what the one element has and should have. The older one stays. */
export async function findStillCrowded(
  sql: Sql,
  ids: readonly number[],
): Promise<{ id: number; reason: string }[]> {
  if (ids.length === 0) return [];
  const rows = await sql.rows<StoredRow>(
    `select l.id, l.type, l.end1_id, l.end2_id,
       exists (select from relationship o where o.end1_id = l.end1_id and o.type = l.type and o.end2_id <> l.end2_id
         and o.id < l.id) as has_other_end2,
       exists (select from relationship o where o.end2_id = l.end2_id and o.type = l.type and o.end1_id <> l.end1_id
         and o.id < l.id) as has_other_end1
     from relationship l where l.id = any($1::bigint[]) order by l.id`,
    [ids],
  );
  return rows.flatMap((row) => {
    const [first, second] = relationshipEnds(row.type) ?? [];
    if (row.has_other_end2 && second?.multiplicity === '0..1') {
      return { id: Number(row.id), reason: reasonOf(row.type, first?.type, second.name) };
    }
    if (row.has_other_end1 && first?.multiplicity === '0..1') {
      return { id: Number(row.id), reason: reasonOf(row.type, second?.type, first.name) };
    }
    return [];
  });
}

interface StoredRow {
  id: string;
  type: string;
  has_other_end1: boolean;
  has_other_end2: boolean;
}

function reasonOf(type: string, holder: string | undefined, end: string): string {
  return `${holder ?? 'an element'} may have one ${end} (${type}), and there is one already`;
}
