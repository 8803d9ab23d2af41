import type { SqlParameters } from './sql-parameters.js';

const maxTerms = 8;

/** What is searched: name, qualified name and description of an element, a line each, in lower case. */
export function searchedTextOf(element: string): string {
  return `lower(${element}.display_name || chr(10) ||
    coalesce(${element}.displaced_name, ${element}.qualified_name) || chr(10) ||
    left(coalesce(${element}.properties->>'description', ''), 2000))`;
}

/** The name of an element, in lower case, as far as an index holds it. */
export function searchedNameOf(element: string): string {
  return `left(lower(${element}.display_name), 200)`;
}

/** The words of a query, all of which a text must hold, wherever, in whatever case. */
export function termsOf(q: string): string[] {
  return q
    .split(/\s+/)
    .filter((term) => term !== '')
    .slice(0, maxTerms);
}

/** A condition that holds for lower case texts with all the terms. */
export function holdsAll(text: string, terms: readonly string[], parameters: SqlParameters): string {
  const conditions = terms.map((term) => `${text} like lower(${parameters.add(`%${literal(term)}%`)})`);
  return conditions.length > 0 ? `(${conditions.join(' and ')})` : 'true';
}

/** The text as a pattern that stands for itself. */
export function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** What the search entries lack: the elements of so many newest changes at most. */
const maxBehind = 100_000;
/**
 * A part of a WITH: the elements that changed since the search entries were brought up to date. Placeholders have no
 * entries, since the feed does not tell of them.
 */
export const late = `late as materialized (
  select distinct e.id from change_feed f join element e on e.guid = f.guid
  where not e.is_placeholder and f.position > (select greatest(
    (select position from feed_progress where consumer = 'search'),
    (select position from feed_head) - ${maxBehind})))`;

/** A condition on a search entry `s`, where `late` is: it says what its element says now. */
export const isUpToDate = 'not exists (select 1 from late where late.id = s.element_id)';
