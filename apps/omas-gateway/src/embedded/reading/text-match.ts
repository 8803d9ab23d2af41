import type { SqlParameters } from './sql-parameters.js';

const maxTerms = 8;

/** What is searched: name, qualified name and description of an element, a line each. */
export function searchedTextOf(element: string): string {
  return `(${element}.display_name || chr(10) || ${element}.qualified_name || chr(10) ||
    left(coalesce(${element}.properties->>'description', ''), 2000))`;
}

/** The words of a query, all of which a text must hold, wherever, in whatever case. */
export function termsOf(q: string): string[] {
  return q
    .split(/\s+/)
    .filter((term) => term !== '')
    .slice(0, maxTerms);
}

/** A condition that holds for texts with all the terms. */
export function holdsAll(text: string, terms: readonly string[], parameters: SqlParameters): string {
  const conditions = terms.map((term) => `${text} ilike ${parameters.add(`%${literal(term)}%`)}`);
  return conditions.length > 0 ? `(${conditions.join(' and ')})` : 'true';
}

/** The text as a pattern that stands for itself. */
export function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** Elements that changed since the search entries were brought up to date: at most so many, newest first. */
const maxBehind = 100_000;
export const elementsBehind = `
  select e.id from change_feed f join element e on e.guid = f.guid
  where f.position > (select greatest(
    (select position from feed_progress where consumer = 'search'),
    (select position from feed_head) - ${maxBehind}))`;
