import type { Element, ElementQuery, List } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.js';
import { allOf, conditionsOf } from './element-filter.js';
import { elementColumns, elementOf, type ElementRow } from './element-rows.js';
import { readPage } from './page.js';
import { SqlParameters } from './sql-parameters.js';
import { holdsAll, isUpToDate, late, literal, searchedTextOf, termsOf } from './text-match.js';

/** Ranked and counted at most: what names the words alone comes first even when more match. */
const maxRanked = 5_000;

const OffsetCursor = z.object({ after: z.number().int().min(0), total: z.number().int().min(0) });

type RankedRow = ElementRow & { place: string; total: string };

/**
 * Elements by how well they fit the words: those named so, those whose name begins so, whose name holds all words,
 * whose qualified name does, and those described so; shorter names first.
 */
export class ElementSearch {
  constructor(private readonly sql: Sql) {}

  async page(query: ElementQuery): Promise<List<Element>> {
    const cursor = decodeCursor(OffsetCursor, query.cursor);
    let counted = cursor?.total ?? 0;
    const { items, next } = await readPage<RankedRow, Element>({
      pageSize: query.pageSize,
      after: cursor?.after,
      fetch: async (after, limit) => {
        const rows = await this.#rows(query, after ?? 0, limit);
        if (!cursor) counted = Number(rows[0]?.total ?? counted);
        return rows;
      },
      keyOf: (row) => Number(row.place),
      itemOf: elementOf,
    });
    return {
      items,
      total: counted,
      next: next === null ? null : encodeCursor({ after: next, total: counted }),
    };
  }

  #rows(query: ElementQuery, after: number, limit: number): Promise<RankedRow[]> {
    const parameters = new SqlParameters();
    const terms = termsOf(query.q ?? '');
    const found = foundBy(query, terms, parameters);
    const phrase = parameters.add(literal((query.q ?? '').trim()));
    const placed = `
      select e.id, row_number() over (order by case
          when lower(e.display_name) like lower(${phrase}) then 0
          when lower(e.display_name) like lower(${phrase} || '%') then 1
          when ${holdsAll('lower(e.display_name)', terms, parameters)} then 2
          when ${holdsAll('lower(e.qualified_name)', terms, parameters)} then 3
          else 4 end, length(e.display_name), e.id) as place,
        count(*) over () as total
      from (${found}) found join element e on e.id = found.id`;
    return this.sql.rows<RankedRow>(
      `with placed as materialized (${placed}),
       page as materialized (
         select * from placed where place > ${parameters.add(after)} order by place limit ${parameters.add(limit)})
       select ${elementColumns}, page.place, page.total
       from page join element e on e.id = page.id order by page.place`,
      parameters.values,
    );
  }
}

/** Of what is named so as many as of the rest: a rare name is found among a million texts that hold the word. */
function foundBy(query: ElementQuery, terms: string[], parameters: SqlParameters): string {
  const conditions = allOf(conditionsOf(query, parameters));
  const fromEntries = (condition: string, order: string) => `
    select e.id from search_entry s join element e on e.id = s.element_id
    where ${condition} and ${isUpToDate} and not e.is_placeholder and ${conditions}
    order by ${order} limit ${maxRanked}`;
  const named = parameters.add(`${literal((query.q ?? '').trim())}%`);
  const inElement = holdsAll(searchedTextOf('e'), terms, parameters);
  const parts = [
    fromEntries(`s.name like left(lower(${named}), 200)`, 's.name'),
    fromEntries(holdsAll('s.text', terms, parameters), 's.element_id'),
    `select e.id from late join element e on e.id = late.id
     where ${inElement} and ${conditions} limit ${maxRanked}`,
    ...(query.includePlaceholders
      ? [
          `select e.id from element e where e.is_placeholder and ${inElement} and ${conditions} limit ${maxRanked}`,
        ]
      : []),
  ];
  return `with ${late} ${parts.map((part) => `(${part})`).join(' union ')}`;
}
