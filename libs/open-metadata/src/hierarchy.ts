import { allTypes } from './all-types.js';

interface Place {
  /** The type itself first, the root last. */
  readonly supertypes: readonly string[];
  readonly ancestry: ReadonlySet<string>;
  /** The type itself first, supertypes before their subtypes. */
  readonly subtypes: string[];
}

const places = new Map<string, Place>();
for (const name of allTypes.keys()) placeOf(name);

/** Whether `type` is `ancestor` or one of its subtypes; entity, relationship and classification types alike. */
export function isSubtypeOf(type: string, ancestor: string): boolean {
  return places.get(type)?.ancestry.has(ancestor) ?? false;
}

/** The type and all its subtypes, supertypes first; empty when there is no such type. */
export function subtypesOf(type: string): readonly string[] {
  return places.get(type)?.subtypes ?? [];
}

/** The type and all its supertypes, itself first and the root last; empty when there is no such type. */
export function supertypesOf(type: string): readonly string[] {
  return places.get(type)?.supertypes ?? [];
}

function placeOf(name: string): Place {
  const known = places.get(name);
  if (known) return known;
  const superType = allTypes.get(name)?.superType;
  const supertypes = [name, ...(superType ? placeOf(superType).supertypes : [])];
  const place: Place = { supertypes, ancestry: new Set(supertypes), subtypes: [] };
  places.set(name, place);
  for (const ancestor of supertypes) places.get(ancestor)?.subtypes.push(name);
  return place;
}
