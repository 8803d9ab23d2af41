/** What a connector yields: flat objects of Egeria's attributes and a few members of our own. */
import type { ElementWrite, Locator, Reference, RelationshipWrite } from '@idaemon/contracts';
import { relationshipEnds } from '@idaemon/open-metadata';
import type {
  AttributesOf,
  ClassificationAttributesOf,
  ClassificationTypeName,
  EntityTypeName,
  RelationshipAttributesOf,
  RelationshipTypeName,
} from '@idaemon/open-metadata';
import type {
  CollectionDeclaration,
  CollectionDeclarations,
  IntegrationService,
} from './integration-service.js';

/** Another element: its qualified name, or what else is known of it. It need not exist yet. */
export type ReferenceInput =
  string | { qualifiedName?: string; locator?: Locator; guid?: string; typeName?: string };

type Types<C extends CollectionDeclaration> =
  C['type'] | (C['subtypes'] extends readonly (infer S extends string)[] ? S : never);
type Attributes<T> = T extends EntityTypeName ? AttributesOf<T> : never;
type Merged<U> = (U extends unknown ? (u: U) => void : never) extends (merged: infer M) => void ? M : never;

/** The element that one of the collection hangs under: `{ <collection>: <its element> }`. */
export type ParentInput<C extends CollectionDeclaration> =
  C['parents'] extends Readonly<Record<string, unknown>>
    ? { [P in keyof C['parents']]: Record<P, ReferenceInput> }[keyof C['parents']]
    : never;

type Relationships<C extends CollectionDeclaration> = C['relationships'] extends object
  ? {
      [R in keyof C['relationships'] & RelationshipTypeName]?: readonly (
        | ReferenceInput
        | { to: ReferenceInput; properties: RelationshipAttributesOf<R> }
        | { from: ReferenceInput; properties?: RelationshipAttributesOf<R> }
      )[];
    }
  : never;

type Classifications<C extends CollectionDeclaration> = C['classifications'] extends readonly (infer N extends
  ClassificationTypeName)[]
  ? { [K in N]?: ClassificationAttributesOf<K> }
  : never;

/** Members of an element that are not Egeria attributes. */
interface Envelope<C extends CollectionDeclaration> {
  /** A subtype of the collection's type; default: the collection's type itself. */
  typeName?: Types<C>;
  /** Unique in the gateway; says where the thing is (host, database, bucket). */
  qualifiedName: string;
  /** The third party's own key: the same key under a new name is a rename that keeps GUID and history. */
  sourceKey?: string;
  /** OpenLineage's names of the thing, by which other sources refer to it. */
  locators?: readonly Locator[];
  /** `{ <collection>: <its element> }`, of the collections that are declared as parents. */
  parent?: ParentInput<C>;
  relationships?: Relationships<C>;
  classifications?: Classifications<C>;
  effectiveFrom?: string;
  effectiveTo?: string;
  /** Hearsay of a thing that another source may own: it takes the element over. See `ElementWrite`. */
  isTentative?: true;
}

/** An element of a collection, as a connector yields it. Undefined attributes are left out. */
export type ElementInput<C extends CollectionDeclaration> = Envelope<C> &
  Omit<Partial<Merged<Attributes<Types<C>>>>, keyof Envelope<C>>;

/** The collection's name of an element, with the element: `{ dataFiles: { … } }`. */
export type TaggedElement<Collections extends CollectionDeclarations, Names extends keyof Collections> = {
  [N in Names]: Record<N, ElementInput<Collections[N]>>;
}[Names];

/** The element as it is sent. Pure; called for each element of each refresh. */
export function toElementWrite(
  service: IntegrationService,
  collectionName: string,
  input: ElementInput<CollectionDeclaration>,
): ElementWrite {
  const collection = collectionOf(service, collectionName);
  const { typeName, qualifiedName, sourceKey, locators, parent, relationships, classifications, ...rest } =
    input;
  const { effectiveFrom, effectiveTo, isTentative, ...attributes } = rest;
  const links = [...parentLinks(service, collection, parent), ...declaredLinks(collection, relationships)];
  return {
    type: typeName ?? collection.type,
    qualifiedName,
    properties: withoutUndefined(attributes),
    ...(sourceKey === undefined ? {} : { sourceKey }),
    ...(locators?.length ? { locators: [...locators] } : {}),
    ...(classifications ? { classifications: classificationsOf(classifications) } : {}),
    ...(links.length ? { relationships: links } : {}),
    ...(effectiveFrom === undefined ? {} : { effectiveFrom }),
    ...(effectiveTo === undefined ? {} : { effectiveTo }),
    ...(isTentative ? { isTentative } : {}),
  };
}

/** The reference as it is sent; `type` is what the other element must be at least. */
export function toReference(type: string, input: ReferenceInput): Reference {
  if (typeof input === 'string') return { type, qualifiedName: input };
  const { typeName, ...names } = input;
  return { type: typeName ?? type, ...names };
}

export function collectionOf(service: IntegrationService, name: string): CollectionDeclaration {
  const collection = service.collections[name];
  if (!collection) throw new Error(`${service.name} has no collection ${name}`);
  return collection;
}

function parentLinks(
  service: IntegrationService,
  collection: CollectionDeclaration,
  parent: object | undefined,
): RelationshipWrite[] {
  return Object.entries(parent ?? {}).map(([parentCollection, input]) => {
    const declaration = collection.parents?.[parentCollection];
    if (!declaration)
      throw new Error(`${collection.type} cannot be under ${parentCollection} in ${service.name}`);
    const { relationship, parentEnd } =
      typeof declaration === 'string' ? { relationship: declaration, parentEnd: 1 as const } : declaration;
    const other = toReference(collectionOf(service, parentCollection).type, input as ReferenceInput);
    return { type: relationship, otherEnd: parentEnd, other, isParent: true };
  });
}

type Link =
  | ReferenceInput
  | { to: ReferenceInput; properties: ElementWrite['properties'] }
  | { from: ReferenceInput; properties?: ElementWrite['properties'] };

function declaredLinks(
  collection: CollectionDeclaration,
  relationships: object | undefined,
): RelationshipWrite[] {
  return Object.entries(relationships ?? {}).flatMap(([type, links]) => {
    const declaration = collection.relationships?.[type as RelationshipTypeName];
    if (!declaration) throw new Error(`${collection.type} may not declare the relationship ${type} here`);
    return ((links ?? []) as readonly Link[]).map((link) => declaredLink(type, declaration.otherEnd, link));
  });
}

function declaredLink(type: string, declaredEnd: 1 | 2 | 'either', link: Link): RelationshipWrite {
  const isPlain = typeof link === 'string' || !('to' in link || 'from' in link);
  const isFrom = !isPlain && 'from' in link;
  const otherEnd = declaredEnd === 'either' ? (isFrom ? 1 : 2) : declaredEnd;
  if (isFrom && otherEnd === 2) throw new Error(`${type} may not be declared from its other end here`);
  const otherType = relationshipEnds(type as RelationshipTypeName)[otherEnd === 1 ? 0 : 1].type;
  if (isPlain) return { type, otherEnd, other: toReference(otherType, link) };
  const other = toReference(otherType, isFrom ? link.from : link.to);
  return {
    type,
    otherEnd,
    other,
    ...(link.properties ? { properties: withoutUndefined(link.properties) } : {}),
  };
}

function classificationsOf(classifications: object): NonNullable<ElementWrite['classifications']> {
  const present = Object.entries(classifications).filter(([, properties]) => properties !== undefined);
  return Object.fromEntries(
    present.map(([name, properties]) => [name, withoutUndefined(properties as object)]),
  );
}

function withoutUndefined(attributes: object): ElementWrite['properties'] {
  // Most have none, and this runs for each element of each refresh.
  if (!Object.values(attributes).includes(undefined)) return attributes as ElementWrite['properties'];
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
