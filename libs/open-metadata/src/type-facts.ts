import { classificationTypes } from './data/classification-types.js';
import { entityTypes } from './data/entity-types.js';
import { relationshipTypes } from './data/relationship-types.js';
import type { ClassificationFacts, EntityFacts, RelationshipFacts } from './facts.js';

type AnyFacts = EntityFacts | RelationshipFacts | ClassificationFacts;

/** Every type by name; names are unique across entities, relationships and classifications (a spec holds this). */
export const allTypes: ReadonlyMap<string, AnyFacts> = new Map<string, AnyFacts>([
  ...Object.entries<EntityFacts>(entityTypes),
  ...Object.entries<RelationshipFacts>(relationshipTypes),
  ...Object.entries<ClassificationFacts>(classificationTypes),
]);
