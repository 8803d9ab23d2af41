import { classificationTypes } from './data/classification-types.js';
import { relationshipTypes } from './data/relationship-types.js';
import type { RelationshipEnd } from './facts.js';
import { supertypesOf } from './hierarchy.js';
import { isClassificationType, isRelationshipType, type RelationshipTypeName } from './type-names.js';

export type RelationshipEnds = readonly [RelationshipEnd, RelationshipEnd];

/** The two ends of a relationship type, end 1 first. */
export function relationshipEnds(type: RelationshipTypeName): RelationshipEnds;
export function relationshipEnds(type: string): RelationshipEnds | undefined;
export function relationshipEnds(type: string): RelationshipEnds | undefined {
  return isRelationshipType(type) ? relationshipTypes[type].ends : undefined;
}

/** The entity types, each with its subtypes, that a classification may be attached to; empty when there is no such type. */
export function validEntityTypesOf(classification: string): readonly string[] {
  return isClassificationType(classification) ? classificationTypes[classification].validEntityTypes : [];
}

/** Whether a classification may be attached to elements of an entity type. */
export function classificationFits(classification: string, entityType: string): boolean {
  const valid = validEntityTypesOf(classification);
  return supertypesOf(entityType).some((type) => valid.includes(type));
}
