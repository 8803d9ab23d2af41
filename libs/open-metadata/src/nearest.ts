import { classificationTypes } from './data/classification-types.js';
import { entityTypes } from './data/entity-types.js';
import { relationshipTypes } from './data/relationship-types.js';

export type TypeKind = 'entity' | 'relationship' | 'classification';

const typesOf = { entity: entityTypes, relationship: relationshipTypes, classification: classificationTypes };

// A connector that is wrong about a name is wrong about it in each of its elements.
const maxRemembered = 1000;
const maxNameLength = 100;
const remembered = new Map<string, string | undefined>();

/** The type that was probably meant, undefined when nothing is near: for "did you mean". */
export function nearestType(name: string, kind: TypeKind = 'entity'): string | undefined {
  if (name.length > maxNameLength) return undefined;
  const key = `${kind} ${name}`;
  if (remembered.has(key)) return remembered.get(key);
  const found = nearest(name, Object.keys(typesOf[kind]));
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(key, found);
  return found;
}

/** The candidate that differs least from the name, upper and lower case aside; undefined when none is near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  const tolerated = Math.min(3, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = tolerated + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editsBetween(wanted, candidate.toLowerCase());
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into the other. */
function editsBetween(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? at(beforePrevious, j - 2) + 1 : Infinity;
      current.push(Math.min(replaced, swapped, at(previous, j) + 1, at(current, j - 1) + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
