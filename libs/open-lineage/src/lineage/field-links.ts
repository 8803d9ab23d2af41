import { isObject } from '../body-guards.js';
import type { DatasetName } from '../event.js';
import type { KnownFacets } from '../fold/known.js';

/** A column, or with no `field` the dataset as a whole. */
export interface FieldName extends DatasetName {
  field?: string;
}

export interface Transformation {
  /** DIRECT, INDIRECT or what the sender says. */
  type?: string;
  subtype?: string;
  description?: string;
  isMasking?: boolean;
}

/** Values go from a column into a column. */
export interface FieldLink {
  from: FieldName;
  to: FieldName;
  transformations: Transformation[];
}

/** What the facets of an output say of where its columns come from: `lineage`, else `columnLineage`; each link once. */
export function fieldLinksInto(target: DatasetName, facets: KnownFacets): FieldLink[] {
  const { lineage, columnLineage } = facets;
  if (lineage && !lineage.isDeleted) return distinct(linksOfLineage(target, lineage.value));
  return columnLineage ? distinct(linksOfColumnLineage(target, columnLineage.value)) : [];
}

/** Of the facet `lineage`: of a dataset, or one entry of a job's. */
export function* linksOfLineage(target: DatasetName, value: Record<string, unknown>): Generator<FieldLink> {
  for (const input of itemsOf(value.inputs)) yield* linkOf(input, nameOf(target));
  for (const [field, entry] of entriesOf(value.fields)) {
    for (const input of itemsOf(entry.inputs)) yield* linkOf(input, { ...nameOf(target), field });
  }
}

/** Each pair of columns once, with the transformations of all. */
export function distinct(links: Iterable<FieldLink>): FieldLink[] {
  const found = new Map<string, FieldLink>();
  for (const link of links) {
    const key = JSON.stringify([keyOf(link.from), keyOf(link.to)]);
    const before = found.get(key);
    if (!before) found.set(key, link);
    else found.set(key, { ...before, transformations: joined(before.transformations, link.transformations) });
  }
  return [...found.values()];
}

function* linksOfColumnLineage(target: DatasetName, value: Record<string, unknown>): Generator<FieldLink> {
  for (const [field, entry] of entriesOf(value.fields)) {
    const ofColumn = transformationOf({
      type: entry.transformationType,
      description: entry.transformationDescription,
    });
    for (const input of itemsOf(entry.inputFields))
      yield* linkOf(input, { ...nameOf(target), field }, ofColumn);
  }
  for (const input of itemsOf(value.dataset)) yield* linkOf(input, nameOf(target));
}

/** None where the input is no dataset with a name: a job, by the facet `lineage`. */
function* linkOf(
  input: Record<string, unknown>,
  to: FieldName,
  ofColumn: Transformation[] = [],
): Generator<FieldLink> {
  const { namespace, name, field, type, transformations } = input;
  if (type === 'JOB' || typeof namespace !== 'string' || typeof name !== 'string') return;
  const own = itemsOf(transformations).flatMap(transformationOf);
  yield {
    from: { namespace, name, ...(typeof field === 'string' ? { field } : {}) },
    to,
    transformations: joined([], own.length > 0 ? own : ofColumn),
  };
}

function transformationOf({
  type,
  subtype,
  description,
  masking,
}: Record<string, unknown>): Transformation[] {
  const transformation = {
    ...(typeof type === 'string' && type !== '' ? { type } : {}),
    ...(typeof subtype === 'string' && subtype !== '' ? { subtype } : {}),
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    ...(masking === true ? { isMasking: true } : {}),
  };
  return Object.keys(transformation).length > 0 ? [transformation] : [];
}

function joined(a: readonly Transformation[], b: readonly Transformation[]): Transformation[] {
  return [...new Map([...a, ...b].map((item) => [JSON.stringify(item), item])).values()];
}

function keyOf({ namespace, name, field }: FieldName): unknown[] {
  return [namespace, name, field ?? null];
}

function nameOf({ namespace, name }: DatasetName): DatasetName {
  return { namespace, name };
}

function itemsOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function entriesOf(value: unknown): [string, Record<string, unknown>][] {
  if (!isObject(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, Record<string, unknown>] =>
    isObject(entry[1]),
  );
}
