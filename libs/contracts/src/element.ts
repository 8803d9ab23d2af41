/** Elements, relationships and classifications of open metadata, as they cross a wire. */
import { z } from 'zod';

/**
 * JSON values; dates are ISO 8601 strings in UTC, maps are objects, arrays are arrays. Whatever crosses a wire is JSON;
 * that it fits its attribute is checked by the type system, once and not here too.
 */
export const PropertyValue = z.custom<z.core.util.JSONType>();
export type PropertyValue = z.output<typeof PropertyValue>;

export const Properties = z.record(z.string(), PropertyValue);
export type Properties = z.output<typeof Properties>;

/**
 * OpenLineage's name of a dataset or job: unique per gateway. References resolve by locator first, so that
 * the table of the database integrator, of dbt and of Spark is one element.
 * Example: `{ namespace: 'postgres://db:5432', name: 'shop.public.orders' }`.
 */
export const Locator = z.object({ namespace: z.string().min(1), name: z.string().min(1) });
export type Locator = z.output<typeof Locator>;

/**
 * The locator of a field of a dataset, a column or one inside of it, by the names from the outside to the inside. Said
 * by those who know the dataset by name only; the owner of a table leaves it out.
 */
export function fieldLocator({ namespace, name }: Locator, ...path: readonly string[]): Locator {
  return { namespace, name: `${name}#/${path.map(escapedStep).join('/')}` };
}

/** As in a JSON Pointer. */
function escapedStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * Names an element that may not exist yet: resolved by GUID, else locator, else type and qualified name.
 * `type` is the most general type that fits; it becomes the type of the placeholder when nothing is found.
 */
export const Reference = z
  .object({
    type: z.string().min(1),
    guid: z.uuid().optional(),
    locator: Locator.optional(),
    qualifiedName: z.string().min(1).optional(),
  })
  .refine((r) => r.guid ?? r.locator ?? r.qualifiedName, 'needs guid, locator or qualifiedName');
export type Reference = z.output<typeof Reference>;

/** A relationship that an element declares: owned by the element's source, removed with the declaration. */
export const RelationshipWrite = z.object({
  type: z.string().min(1),
  /** Which end of the relationship type the *other* element is. */
  otherEnd: z.union([z.literal(1), z.literal(2)]),
  other: Reference,
  properties: Properties.optional(),
  /** The containment link to the element's parent: at most one in an element; `unread` follows it. */
  isParent: z.boolean().optional(),
});
export type RelationshipWrite = z.output<typeof RelationshipWrite>;

/** An element as a connector's context sends it: the whole wanted content, compared by its content hash. */
export const ElementWrite = z.object({
  type: z.string().min(1),
  qualifiedName: z.string().min(1),
  /** The third party's own key (OID; device, inode and birth time): the same key under a new name is a rename. */
  sourceKey: z.string().min(1).optional(),
  properties: Properties,
  locators: z.array(Locator).optional(),
  classifications: z.record(z.string(), Properties).optional(),
  relationships: z.array(RelationshipWrite).optional(),
  effectiveFrom: z.iso.datetime().optional(),
  effectiveTo: z.iso.datetime().optional(),
  /**
   * Hearsay: another source may own the thing. Whoever writes it without this mark takes the element over, found by its
   * name, a locator, or its display name under the same parent; GUID and history stay. Where somebody else has it
   * already, nothing is written and the result is `unchanged`: facets (`relate`, `classify`) say more of it.
   */
  isTentative: z.literal(true).optional(),
});
export type ElementWrite = z.output<typeof ElementWrite>;

/** Identifies an element in messages and answers. */
export const ElementHeader = z.object({
  guid: z.uuid(),
  type: z.string(),
  qualifiedName: z.string(),
});
export type ElementHeader = z.output<typeof ElementHeader>;

export const Classification = z.object({ name: z.string(), properties: Properties, source: z.string() });
export type Classification = z.output<typeof Classification>;

/** An element as REST and contexts answer it. */
export const Element = ElementHeader.extend({
  displayName: z.string(),
  properties: Properties,
  classifications: z.array(Classification),
  locators: z.array(Locator).optional(),
  /** Qualified name of the metadata source that owns the element; null for a placeholder that waits for its owner. */
  source: z.string().nullable(),
  isPlaceholder: z.boolean().optional(),
  /** Hearsay of its source, until another one owns it. */
  isTentative: z.boolean().optional(),
  version: z.number().int().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  effectiveFrom: z.iso.datetime().nullish(),
  effectiveTo: z.iso.datetime().nullish(),
});
export type Element = z.output<typeof Element>;

export const Relationship = z.object({
  guid: z.uuid(),
  type: z.string(),
  end1: ElementHeader,
  end2: ElementHeader,
  properties: Properties,
  source: z.string().nullable().optional(),
});
export type Relationship = z.output<typeof Relationship>;

/** A superseded version of an element, with who changed it and when. */
export const ElementVersion = z.object({
  version: z.number().int().positive(),
  type: z.string(),
  qualifiedName: z.string(),
  properties: Properties,
  validFrom: z.iso.datetime(),
  validTo: z.iso.datetime().nullable(),
  /** The connector and run, or the user, that made this version. */
  changedBy: z.string(),
  runId: z.string().nullable(),
});
export type ElementVersion = z.output<typeof ElementVersion>;
