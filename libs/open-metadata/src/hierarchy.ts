import { classificationTypes } from './data/classification-types.js';
import { entityTypes } from './data/entity-types.js';
import { relationshipTypes } from './data/relationship-types.js';
import { factsOf } from './type-facts.js';

interface Lineage {
  /** The type itself first, the root last. */
  readonly supertypes: readonly string[];
  readonly ancestry: ReadonlySet<string>;
}

// Made when first asked for: a process uses few of the types, and starts sooner.
const lineages = new Map<string, Lineage>();
let subtypes: ReadonlyMap<string, readonly string[]> | undefined;

/** Whether `type` is `ancestor` or one of its subtypes; entity, relationship and classification types alike. */
export function isSubtypeOf(type: string, ancestor: string): boolean {
  return lineageOf(type)?.ancestry.has(ancestor) ?? false;
}

/** The type and all its supertypes, itself first and the root last; empty when there is no such type. */
export function supertypesOf(type: string): readonly string[] {
  return lineageOf(type)?.supertypes ?? [];
}

/** The type and all its subtypes, itself first; empty when there is no such type. */
export function subtypesOf(type: string): readonly string[] {
  subtypes ??= allSubtypes();
  return subtypes.get(type) ?? [];
}

function lineageOf(type: string): Lineage | undefined {
  const known = lineages.get(type);
  if (known) return known;
  const facts = factsOf(type);
  if (!facts) return undefined;
  const supertypes = [type, ...(facts.superType ? supertypesOf(facts.superType) : [])];
  const lineage = { supertypes, ancestry: new Set(supertypes) };
  lineages.set(type, lineage);
  return lineage;
}

function allSubtypes(): Map<string, string[]> {
  const names = [entityTypes, relationshipTypes, classificationTypes].flatMap((types) => Object.keys(types));
  const found = new Map(names.map((name) => [name, [name]]));
  for (const name of names) {
    for (const ancestor of supertypesOf(name).slice(1)) found.get(ancestor)?.push(name);
  }
  return found;
}
