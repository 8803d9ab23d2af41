import { unknownType } from './check-element.js';
import { isSubtypeOf } from './hierarchy.js';
import { relationshipEnds, type RelationshipEnds } from './placement.js';
import { checkProperties, type Finding } from './property-checks.js';
import { isEntityType } from './type-names.js';

export interface RelationshipToCheck {
  readonly type: string;
  readonly end1Type: string;
  readonly end2Type: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/**
 * What is wrong with a relationship, measured by the type system; empty when it is right.
 * How many relationships an element may have is for the store to check: see `relationshipEnds`.
 */
export function checkRelationship(relationship: RelationshipToCheck): Finding[] {
  const { type, properties } = relationship;
  const ends = relationshipEnds(type);
  if (!ends) return [{ path: 'type', message: unknownType(type, 'relationship') }];
  const findings = checkEnds(relationship, ends);
  if (properties) checkProperties(type, properties, 'properties', findings);
  return findings;
}

function checkEnds({ type, end1Type, end2Type }: RelationshipToCheck, ends: RelationshipEnds): Finding[] {
  const [end1, end2] = ends;
  const first = checkEnd(type, 1, end1.type, end1Type);
  const second = checkEnd(type, 2, end2.type, end2Type);
  const isSwapped = isSubtypeOf(end1Type, end2.type) && isSubtypeOf(end2Type, end1.type);
  if ((first || second) && isSwapped)
    return [{ path: 'end1Type', message: swapped(type, ends, end1Type, end2Type) }];
  return [first, second].filter((finding) => finding !== undefined);
}

function checkEnd(type: string, end: 1 | 2, wanted: string, given: string): Finding | undefined {
  if (isSubtypeOf(given, wanted)) return undefined;
  const message = isEntityType(given)
    ? `end ${end} of ${type} must be ${wanted} or a subtype of it, not ${given}`
    : unknownType(given, 'entity');
  return { path: `end${end}Type`, message };
}

function swapped(type: string, [end1, end2]: RelationshipEnds, end1Type: string, end2Type: string): string {
  return (
    `the ends of ${type} are swapped: end 1 is ${end1.type} and end 2 is ${end2.type}, ` +
    `so ${end2Type} belongs at end 1 and ${end1Type} at end 2`
  );
}
