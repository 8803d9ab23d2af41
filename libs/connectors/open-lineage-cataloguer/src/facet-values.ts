import type { KnownFacets } from '@idaemon/open-lineage';

/** Longer texts are cut, as an element must fit into a message. */
export const maxTextLength = 50_000;
const maxNoteLength = 2_000;
const maxNotes = 200;

export type FacetValue = Record<string, unknown>;

/** The value of a facet; empty when there is none or the sender took it back. Anything in it may be wrong. */
export function facet(facets: KnownFacets, key: string): FacetValue {
  return facets[key]?.value ?? {};
}

/** A text that says something. */
export function textIn(value: unknown, maxLength = maxTextLength): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  return value.length <= maxLength ? value : `${value.slice(0, maxLength).replace(halfPairAtEnd, '')}…`;
}

const halfPairAtEnd = /[\uD800-\uDBFF]$/;

export function itemsIn(value: unknown): FacetValue[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function isObject(value: unknown): value is FacetValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of what is there: texts, numbers and truth values as texts; the rest is left out. */
export function notes(values: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries(values).flatMap(([key, value]): [string, string][] => {
    const text = noteOf(value);
    return text === undefined ? [] : [[key, text]];
  });
  return Object.fromEntries(texts.slice(0, maxNotes));
}

/** What OpenLineage calls a job or dataset, be it blanks or long: with them it is found again. */
export function nameNotes({ namespace, name }: { namespace: string; name: string }): Record<string, string> {
  const exact = (text: string) => textIn(text) ?? text.slice(0, maxTextLength);
  return { namespace: exact(namespace), openLineageName: exact(name) };
}

function noteOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return textIn(value, maxNoteLength);
}

/** `tag.<key>` for each tag of the thing itself; a tag of a field belongs to that field. */
export function tagNotes(facets: KnownFacets, field?: string): Record<string, string> {
  const tags = itemsIn(facet(facets, 'tags').tags).filter((tag) => (tag.field ?? undefined) === field);
  return notes(Object.fromEntries(tags.map(({ key, value }) => [`tag.${String(key)}`, value])));
}

export function descriptionOf(facets: KnownFacets): string | undefined {
  return textIn(facet(facets, 'documentation').description);
}

/** Facets say milliseconds or nanoseconds, open metadata knows milliseconds. */
export function toMilliseconds(instant: string): string {
  return new Date(Date.parse(instant)).toISOString();
}
