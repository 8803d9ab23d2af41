import type { AttributeTypeName } from './attribute-types.js';
import { supertypesOf } from './hierarchy.js';
import { factsOf } from './type-facts.js';

export interface Attribute {
  readonly name: string;
  readonly type: AttributeTypeName;
  /** An array. Every other attribute has one value, which may be a map. */
  readonly isMultiple: boolean;
  readonly isDeprecated: boolean;
  /** The attribute that replaces a deprecated one, where there is one. */
  readonly replacedBy: string | undefined;
  /** The type that declares it: the type asked for or one of its supertypes. */
  readonly declaredBy: string;
}

const noAttributes: ReadonlyMap<string, Attribute> = new Map();
const known = new Map<string, ReadonlyMap<string, Attribute>>();

/**
 * The attributes by name that an entity, relationship or classification type has, inherited ones included;
 * empty when there is no such type. An entity's `qualifiedName` is not among them: it is a member of the element itself.
 */
export function attributesOf(type: string): ReadonlyMap<string, Attribute> {
  const attributes = known.get(type);
  if (attributes) return attributes;
  const lineage = supertypesOf(type);
  if (lineage.length === 0) return noAttributes;
  const gathered = gather(lineage);
  known.set(type, gathered);
  return gathered;
}

function gather(lineage: readonly string[]): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  for (const type of lineage.toReversed()) {
    for (const attribute of declaredBy(type)) attributes.set(attribute.name, attribute);
  }
  return attributes;
}

function declaredBy(declaringType: string): Attribute[] {
  const facts = factsOf(declaringType);
  if (!facts) return [];
  return Object.entries(facts.attributes)
    .filter(([name]) => !(declaringType === 'Referenceable' && name === 'qualifiedName'))
    .map(([name, type]) => ({
      name,
      type: type as AttributeTypeName,
      isMultiple: type.startsWith('array<'),
      isDeprecated: facts.deprecated !== undefined && Object.hasOwn(facts.deprecated, name),
      replacedBy: facts.deprecated?.[name] ?? undefined,
      declaredBy: declaringType,
    }));
}
