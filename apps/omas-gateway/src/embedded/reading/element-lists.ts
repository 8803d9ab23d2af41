import type { Element, ElementQuery, List } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import { decodeCursor, encodeCursor, KeysetCursor } from './cursor.js';
import { allOf, conditionsOf, stateConditions, wantedTypes } from './element-filter.js';
import { elementColumns, elementOf, type ElementRow } from './element-rows.js';
import { readPage } from './page.js';
import { SqlParameters } from './sql-parameters.js';
import { holdsAll, isUpToDate, late, searchedTextOf, termsOf } from './text-match.js';

/** Totals of lists with a text go no further: counting a million matches would read a million texts. */
export const maxTextTotal = 10_000;

/** Elements in an order that stays: that of their numbers, about the one in which the store came to know them. */
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
  if (isByText(query)) return idsByText(query, parameters, after, limit);
  if (isByTypeOnly(query)) return idsByType(query, parameters, after, limit);
  if (isBySource(query)) return idsBySource(query, parameters, after, limit);
  const conditions = allOf([`e.id > ${parameters.add(after)}`, ...conditionsOf(query, parameters)]);
  return `select e.id from element e where ${conditions} order by e.id limit ${limit}`;
}

function isByText(query: ElementQuery): boolean {
  return termsOf(query.q ?? '').length > 0;
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

/**
 * A page of each subtype from the index, merged: as fast for the last page of the rarest type as for the first of all.
 * The comparisons leave Postgres no other plan: with an equal sign it may look for a rare type among all elements.
 */
function idsByType(query: ElementQuery, parameters: SqlParameters, after: number, limit: string): string {
  const types = parameters.add(wantedTypes(query.type));
  const conditions = allOf([
    `(e.type, e.id) > (wanted.type, ${parameters.add(after)}) and e.type <= wanted.type`,
    ...stateConditions(query, parameters),
  ]);
  return `select e.id from unnest(${types}::text[]) as wanted (type)
    cross join lateral (select e.id from element e where ${conditions} order by e.type, e.id limit ${limit}) e
    order by e.id limit ${limit}`;
}

/** The same with the scopes of a source. */
function idsBySource(query: ElementQuery, parameters: SqlParameters, after: number, limit: string): string {
  const conditions = allOf([
    `(e.scope_id, e.id) > (scope.id, ${parameters.add(after)}) and e.scope_id <= scope.id`,
    ...conditionsOf(query, parameters),
  ]);
  return `select e.id from ${scopesOf(query, parameters)} scope
    cross join lateral (select e.id from element e where ${conditions} order by e.scope_id, e.id limit ${limit}) e
    order by e.id limit ${limit}`;
}

function scopesOf(query: ElementQuery, parameters: SqlParameters): string {
  const source = parameters.add(query.source);
  return `(select sweep_scope.id from sweep_scope join metadata_source on metadata_source.id = sweep_scope.source_id
    where metadata_source.qualified_name = ${source})`;
}

/** From the search entries, from the elements that these are behind, and from placeholders, which have no entries. */
function idsByText(query: ElementQuery, parameters: SqlParameters, after: number, limit: string): string {
  const behind = `> ${parameters.add(after)}`;
  const terms = termsOf(query.q ?? '');
  const conditions = allOf(conditionsOf(query, parameters));
  const inElement = holdsAll(searchedTextOf('e'), terms, parameters);
  const fromEntries = `select e.id from search_entry s join element e on e.id = s.element_id
    where s.element_id ${behind} and ${holdsAll('s.text', terms, parameters)} and ${isUpToDate} and ${conditions}
      and not e.is_placeholder
    order by s.element_id limit ${limit}`;
  const fromLate = `select e.id from late join element e on e.id = late.id
    where e.id ${behind} and ${inElement} and ${conditions} order by e.id limit ${limit}`;
  const fromPlaceholders = `select e.id from element e
    where e.is_placeholder and e.id ${behind} and ${inElement} and ${conditions} order by e.id limit ${limit}`;
  const parts = [fromEntries, fromLate, ...(query.includePlaceholders ? [fromPlaceholders] : [])];
  return `with ${late} select found.id from (${parts.map((part) => `(${part})`).join(' union all ')}) found
    order by found.id limit ${limit}`;
}

function countOf(query: ElementQuery, parameters: SqlParameters): string {
  if (isByText(query)) {
    const ids = idsByText(query, parameters, 0, parameters.add(maxTextTotal));
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
