import type { Element, ElementQuery, List } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import { decodeCursor, encodeCursor, KeysetCursor } from './cursor.js';
import { allOf, conditionsOf, stateConditions, wantedTypes } from './element-filter.js';
import { elementColumns, elementOf, type ElementRow } from './element-rows.js';
import { readPage } from './page.js';
import { SqlParameters } from './sql-parameters.js';
import { elementsBehind, holdsAll, searchedTextOf, termsOf } from './text-match.js';

/** Totals of lists with a text go no further: counting a million matches would read a million texts. */
export const maxTextTotal = 10_000;

/** Elements in the order in which the store came to know them. */
export class ElementLists {
  constructor(private readonly sql: Sql) {}

  async page(query: ElementQuery): Promise<List<Element>> {
    const cursor = decodeCursor(KeysetCursor, query.cursor);
    const { items, next } = await readPage<ElementRow, Element>({
      pageSize: query.pageSize,
      after: cursor?.after,
      fetch: (after, limit) => this.#rows(query, after ?? 0, limit),
      keyOf: (row) => Number(row.id),
      itemOf: elementOf,
    });
    const isAll = !cursor && next === null;
    // Counted once per list: its cursors carry the number.
    const total = isAll ? items.length : (cursor?.total ?? (await this.#count(query)));
    return { items, total, next: next === null ? null : encodeCursor({ after: next, total }) };
  }

  #rows(query: ElementQuery, after: number, limit: number): Promise<ElementRow[]> {
    const parameters = new SqlParameters();
    const ids = idsOf(query, parameters, after, parameters.add(limit));
    return this.sql.rows<ElementRow>(
      `with page as materialized (${ids})
       select ${elementColumns} from page join element e on e.id = page.id order by e.id`,
      parameters.values,
    );
  }

  async #count(query: ElementQuery): Promise<number> {
    const parameters = new SqlParameters();
    const row = await this.sql.row<{ total: string }>(countOf(query, parameters), parameters.values);
    return Number(row?.total ?? 0);
  }
}

function idsOf(query: ElementQuery, parameters: SqlParameters, after: number, limit: string): string {
  const behind = `> ${parameters.add(after)}`;
  if (query.q !== undefined && termsOf(query.q).length > 0)
    return idsByText(query, parameters, behind, limit);
  if (isByTypeOnly(query)) return idsByType(query, parameters, behind, limit);
  if (isBySource(query)) return idsBySource(query, parameters, behind, limit);
  const conditions = allOf(conditionsOf(query, parameters));
  return `select e.id from element e where e.id ${behind} and ${conditions} order by e.id limit ${limit}`;
}

function isBySource(query: ElementQuery): boolean {
  return query.source !== undefined && query.qualifiedName === undefined && !query.locator;
}

function isByTypeOnly(query: ElementQuery): boolean {
  return (
    query.type !== undefined &&
    query.source === undefined &&
    query.qualifiedName === undefined &&
    !query.locator
  );
}

/** A page of each subtype from the index, merged: as fast for the last page of the rarest type as for the first of all. */
function idsByType(query: ElementQuery, parameters: SqlParameters, behind: string, limit: string): string {
  const types = parameters.add(wantedTypes(query.type));
  const conditions = allOf([
    `e.type = wanted.type and e.id ${behind}`,
    ...stateConditions(query, parameters),
  ]);
  return `select e.id from unnest(${types}::text[]) as wanted (type)
    cross join lateral (select e.id from element e where ${conditions} order by e.id limit ${limit}) e
    order by e.id limit ${limit}`;
}

/** The same with the scopes of a source. */
function idsBySource(query: ElementQuery, parameters: SqlParameters, behind: string, limit: string): string {
  const conditions = allOf([`e.scope_id = scope.id and e.id ${behind}`, ...conditionsOf(query, parameters)]);
  return `select e.id from ${scopesOf(query, parameters)} scope
    cross join lateral (select e.id from element e where ${conditions} order by e.id limit ${limit}) e
    order by e.id limit ${limit}`;
}

function scopesOf(query: ElementQuery, parameters: SqlParameters): string {
  const source = parameters.add(query.source);
  return `(select sweep_scope.id from sweep_scope join metadata_source on metadata_source.id = sweep_scope.source_id
    where metadata_source.qualified_name = ${source})`;
}

/** From the search entries, and from the elements that these are behind; what they say is checked on the element. */
function idsByText(query: ElementQuery, parameters: SqlParameters, behind: string, limit: string): string {
  const terms = termsOf(query.q ?? '');
  const conditions = allOf([
    ...conditionsOf(query, parameters),
    holdsAll(searchedTextOf('e'), terms, parameters),
  ]);
  return `select found.id from (
      (select e.id from search_entry s join element e on e.id = s.element_id
       where ${holdsAll('s.text', terms, parameters)} and s.element_id ${behind} and ${conditions}
       order by s.element_id limit ${limit})
      union
      (select e.id from (${elementsBehind}) late join element e on e.id = late.id
       where e.id ${behind} and ${conditions} order by e.id limit ${limit})
    ) found order by found.id limit ${limit}`;
}

function countOf(query: ElementQuery, parameters: SqlParameters): string {
  if (query.q !== undefined && termsOf(query.q).length > 0) {
    const ids = idsByText(query, parameters, '> 0', parameters.add(maxTextTotal));
    return `select count(*) as total from (${ids}) found`;
  }
  if (query.effectiveAt !== undefined) {
    return `select count(*) as total from element e where ${allOf(conditionsOf(query, parameters))}`;
  }
  return countWithoutRows(query, parameters);
}

/** Whether an element is a placeholder is in no index: counting all and the few placeholders reads indexes only. */
function countWithoutRows(query: ElementQuery, parameters: SqlParameters): string {
  const filter = { ...query, includePlaceholders: true };
  const conditions = isBySource(query)
    ? [
        `e.scope_id in ${scopesOf(query, parameters)}`,
        ...conditionsOf({ ...filter, source: undefined }, parameters),
      ]
    : conditionsOf(filter, parameters);
  const all = `(select count(*) from element e where ${allOf(conditions)})`;
  if (query.includePlaceholders) return `select ${all} as total`;
  return `select ${all} - (select count(*) from element e
    where ${allOf(conditions)} and e.is_placeholder) as total`;
}
