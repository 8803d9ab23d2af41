import { classificationTypes } from './data/classification-types.js';
import { entityTypes } from './data/entity-types.js';
import { enumTypes } from './data/enum-types.js';
import { relationshipTypes } from './data/relationship-types.js';

export type EntityTypeName = keyof typeof entityTypes;
export type RelationshipTypeName = keyof typeof relationshipTypes;
export type ClassificationTypeName = keyof typeof classificationTypes;
export type EnumTypeName = keyof typeof enumTypes;

export function isEntityType(name: string): name is EntityTypeName {
  return Object.hasOwn(entityTypes, name);
}

export function isRelationshipType(name: string): name is RelationshipTypeName {
  return Object.hasOwn(relationshipTypes, name);
}

export function isClassificationType(name: string): name is ClassificationTypeName {
  return Object.hasOwn(classificationTypes, name);
}

export function isEnumType(name: string): name is EnumTypeName {
  return Object.hasOwn(enumTypes, name);
}
