import type { ServiceName } from '@idaemon/contracts';
import type { ClassificationTypeName, EntityTypeName, RelationshipTypeName } from '@idaemon/open-metadata';

/** How an element hangs under its parent: the parent is end 1 of the relationship unless said otherwise. */
export type ParentDeclaration =
  RelationshipTypeName | { relationship: RelationshipTypeName; parentEnd: 1 | 2 };

/** A relationship that elements of a collection may declare; `otherEnd` is the end where the other element stands. */
export interface RelationshipDeclaration {
  otherEnd: 1 | 2;
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

/** One of the twelve integration services: what its connectors may touch, as data. */
export interface IntegrationService<Collections extends CollectionDeclarations = CollectionDeclarations> {
  readonly name: ServiceName;
  readonly description: string;
  readonly collections: Collections;
}

/** Declares a service. Pure: no I/O, called once when its module is loaded. */
export function defineIntegrationService<const Collections extends CollectionDeclarations>(
  service: IntegrationService<Collections>,
): IntegrationService<Collections> {
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
