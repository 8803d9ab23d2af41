import { isSubtypeOf } from './hierarchy.js';
import { nearestType, type TypeKind } from './nearest.js';
import { classificationFits, validEntityTypesOf } from './placement.js';
import { checkProperties, maxFindings, type Finding } from './property-checks.js';
import { clipped, quoted } from './quoted.js';
import { isClassificationType, isEntityType, isRelationshipType } from './type-names.js';
import { wellFormed } from './value-checks.js';

type Properties = Readonly<Record<string, unknown>>;

export interface ElementToCheck {
  readonly type: string;
  readonly qualifiedName?: string;
  readonly properties?: Properties;
  readonly classifications?: Readonly<Record<string, Properties>>;
}

/** What is wrong with an element, measured by the type system; empty when it is right. */
export function checkElement(element: ElementToCheck): Finding[] {
  const { type, properties, classifications } = element;
  if (!isEntityType(type)) return [{ path: 'type', message: unknownType(type, 'entity') }];
  if (type === 'OpenMetadataRoot') return [{ path: 'type', message: abstractRoot }];
  const findings: Finding[] = [];
  checkQualifiedName(element, findings);
  if (properties)
    checkProperties(type, withoutQualifiedName(type, properties, findings), 'properties', findings);
  for (const name in classifications) {
    if (findings.length >= maxFindings) break;
    checkClassification(type, name, classifications[name] ?? {}, findings);
  }
  return findings;
}

const abstractRoot =
  'OpenMetadataRoot is the root of all entity types and has no elements of its own; name one of its subtypes, such as Asset';

/** That a name is no type of its kind, with the one that was probably meant. */
export function unknownType(name: string, kind: TypeKind): string {
  const category = categoryOf(name);
  if (category) return `${name} is ${category}, not ${articled(kind)} type`;
  const near = nearestType(name, kind);
  const hint = near ? `did you mean ${near}?` : 'use one of the names in the type system of Egeria 4.3';
  return `${quoted(name)} is not ${articled(kind)} type; ${hint}`;
}

function checkQualifiedName({ type, qualifiedName }: ElementToCheck, findings: Finding[]): void {
  const message = qualifiedName?.trim() ? wellFormed(qualifiedName) : missingQualifiedName(type);
  if (message) findings.push({ path: 'qualifiedName', message });
}

function missingQualifiedName(type: string): string | undefined {
  if (!isSubtypeOf(type, 'Referenceable')) return undefined;
  return `${type} needs a qualifiedName: a text that no other element of its kind has`;
}

function withoutQualifiedName(type: string, properties: Properties, findings: Finding[]): Properties {
  if (properties.qualifiedName === undefined) return properties;
  const message = `qualifiedName is a member of the ${type} itself; take it out of its properties`;
  findings.push({ path: 'properties.qualifiedName', message });
  return { ...properties, qualifiedName: undefined };
}

function checkClassification(type: string, name: string, properties: Properties, findings: Finding[]): void {
  const path = `classifications.${clipped(name)}`;
  if (!isClassificationType(name)) {
    findings.push({ path, message: unknownType(name, 'classification') });
    return;
  }
  if (!classificationFits(name, type)) {
    const valid = validEntityTypesOf(name).join(', ');
    findings.push({ path, message: `${name} cannot be attached to ${type}, only to ${valid} and subtypes` });
  }
  checkProperties(name, properties, path, findings);
}

function categoryOf(name: string): string | undefined {
  if (isEntityType(name)) return 'an entity type';
  if (isRelationshipType(name)) return 'a relationship type';
  return isClassificationType(name) ? 'a classification type' : undefined;
}

function articled(kind: TypeKind): string {
  return kind === 'entity' ? 'an entity' : `a ${kind}`;
}
