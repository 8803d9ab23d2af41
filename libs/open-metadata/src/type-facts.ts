import { classificationTypes } from './data/classification-types.js';
import { entityTypes } from './data/entity-types.js';
import { relationshipTypes } from './data/relationship-types.js';
import type { ClassificationFacts, EntityFacts, RelationshipFacts } from './facts.js';
import { isClassificationType, isEntityType, isRelationshipType } from './type-names.js';

/** The facts of a type by its name; names are unique across entities, relationships and classifications (a spec holds this). */
export function factsOf(type: string): EntityFacts | RelationshipFacts | ClassificationFacts | undefined {
  if (isEntityType(type)) return entityTypes[type];
  if (isRelationshipType(type)) return relationshipTypes[type];
  return isClassificationType(type) ? classificationTypes[type] : undefined;
}
