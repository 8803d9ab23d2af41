import type { ServiceName } from '@idaemon/contracts';
import type { ClassificationTypeName, EntityTypeName, RelationshipTypeName } from '@idaemon/open-metadata';

/** How an element hangs under its parent: the parent is end 1 of the relationship unless said otherwise. */
export type ParentDeclaration =
  RelationshipTypeName | { relationship: RelationshipTypeName; parentEnd: 1 | 2 };

/**
 * A relationship that elements of a collection may declare; `otherEnd` is the end where the other element stands. With
 * `either` each link says it: `{ from: … }` stands at end 1, `{ to: … }` and a plain reference at end 2.
 */
export interface RelationshipDeclaration {
  otherEnd: 1 | 2 | 'either';
}

/** A kind of element that a service's connectors may catalogue, with its place and its facets. */
export interface CollectionDeclaration {
  /** The entity type of its elements. */
  readonly type: EntityTypeName;
  /** Subtypes that its elements may have instead, by `typeName`. */
  readonly subtypes?: readonly EntityTypeName[];
  /** By the name of the parent's collection in the same service. */
  readonly parents?: Readonly<Record<string, ParentDeclaration>>;
  readonly relationships?: Readonly<Partial<Record<RelationshipTypeName, RelationshipDeclaration>>>;
  readonly classifications?: readonly ClassificationTypeName[];
}

export type CollectionDeclarations = Readonly<Record<string, CollectionDeclaration>>;

declare const members: unique symbol;

/** What only this service gives its connectors: members of the contexts of `refresh` and `engage`, by their names. */
export interface ContextExtension<Members extends object = object> {
  readonly names: readonly string[];
  /** Of the type only; there is no such value. */
  readonly [members]?: Members;
}

/** Declares the members; a module of the service's app provides them for each connector instance. */
export function contextExtension<Members extends object>(
  ...names: (keyof Members & string)[]
): ContextExtension<Members> {
  return { names };
}

/** One of the twelve integration services: what its connectors may touch, as data. */
export interface IntegrationService<
  Collections extends CollectionDeclarations = CollectionDeclarations,
  Extension extends object = object,
> {
  readonly name: ServiceName;
  readonly description: string;
  readonly collections: Collections;
  readonly extension?: ContextExtension<Extension>;
}

/** The members that the service adds to the contexts of its connectors; none for most. */
export type ExtensionOf<S extends IntegrationService> =
  S extends IntegrationService<CollectionDeclarations, infer Extension> ? Extension : object;

/** Declares a service. Pure: no I/O, called once when its module is loaded. */
export function defineIntegrationService<
  const Collections extends CollectionDeclarations,
  Extension extends object = object,
>(service: IntegrationService<Collections, Extension>): IntegrationService<Collections, Extension> {
  for (const [name, { parents = {} }] of Object.entries(service.collections)) {
    for (const parent of Object.keys(parents)) {
      if (parent in service.collections) continue;
      throw new Error(
        `${service.name}: collection ${name} names the parent collection ${parent}, which does not exist`,
      );
    }
  }
  return service;
}
