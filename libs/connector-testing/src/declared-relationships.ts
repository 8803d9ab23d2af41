import type { Reference, Relationship } from '@idaemon/contracts';
import type { StoredElement } from './stored-element.js';

/** What an element declares, as far as the other ends are there. */
export function relationshipsOf(
  { guid, write, source }: StoredElement,
  lookUp: (reference: Reference) => StoredElement | undefined,
): Relationship[] {
  const own = { guid, type: write.type, qualifiedName: write.qualifiedName };
  return (write.relationships ?? []).flatMap(({ type, otherEnd, other, properties = {} }, index) => {
    const found = lookUp(other);
    if (!found) return [];
    const { qualifiedName } = found.write;
    const there = { guid: found.guid, type: found.write.type, qualifiedName };
    const [end1, end2] = otherEnd === 1 ? [there, own] : [own, there];
    return [
      { guid: `${guid.slice(0, -4)}${String(index).padStart(4, '0')}`, type, end1, end2, properties, source },
    ];
  });
}
