export { classificationTypes } from './data/classification-types.js';
export { entityTypes } from './data/entity-types.js';
export { enumTypes } from './data/enum-types.js';
export { relationshipTypes } from './data/relationship-types.js';
export type {
  ClassificationFacts,
  EntityFacts,
  EnumFacts,
  RelationshipEnd,
  RelationshipFacts,
} from './facts.js';
export {
  isClassificationType,
  isEntityType,
  isEnumType,
  isRelationshipType,
  type ClassificationTypeName,
  type EntityTypeName,
  type EnumTypeName,
  type RelationshipTypeName,
} from './type-names.js';
export type {
  AttributesOf,
  AttributeTypeName,
  ClassificationAttributesOf,
  JsonValue,
  RelationshipAttributesOf,
  SubtypeOf,
} from './attribute-types.js';
export { isSubtypeOf, subtypesOf, supertypesOf } from './hierarchy.js';
export { attributesOf, type Attribute } from './attributes.js';
export {
  classificationFits,
  relationshipEnds,
  validEntityTypesOf,
  type RelationshipEnds,
} from './placement.js';
export { nearestType, type TypeKind } from './nearest.js';
export { displayNameOf } from './display-name.js';
export type { Finding } from './property-checks.js';
export { checkElement, type ElementToCheck } from './check-element.js';
export { checkRelationship, type RelationshipToCheck } from './check-relationship.js';
