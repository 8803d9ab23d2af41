import { randomUUID } from 'node:crypto';
import type { Change, ChangeResult, Reference } from '@idaemon/contracts';
import { checkElement, checkRelationship } from '@idaemon/open-metadata';
import { refused } from './refused.js';
import type { ElementStore } from './stored-element.js';

type FacetChange = Exclude<Change, { operation: 'upsert' | 'remove' | 'prune' }>;

/** Checks a change to relationships and classifications; the fake does not keep them, a test reads `changes`. */
export function applyFacet(openMetadata: Pick<ElementStore, 'lookUp'>, change: FacetChange): ChangeResult {
  const findings = findingsOf(openMetadata, change);
  if (findings.length) return refused(nameOf(change), findings);
  if (change.operation === 'relate-all')
    return { result: change.links.length > 0 ? 'updated' : 'unchanged', guid: null };
  const isAddition = change.operation === 'relate' || change.operation === 'classify';
  return { result: isAddition ? 'created' : 'removed', guid: randomUUID() };
}

function findingsOf(openMetadata: Pick<ElementStore, 'lookUp'>, change: FacetChange) {
  const typeOf = (reference: Reference) => openMetadata.lookUp(reference)?.write.type ?? reference.type;
  if (change.operation === 'relate-all') {
    return change.links.flatMap(({ end1, end2, properties }) =>
      checkRelationship({ type: change.type, end1Type: typeOf(end1), end2Type: typeOf(end2), properties }),
    );
  }
  if (change.operation === 'relate' || change.operation === 'unrelate') {
    const { type, end1, end2 } = change;
    const properties = change.operation === 'relate' ? change.properties : {};
    return checkRelationship({ type, end1Type: typeOf(end1), end2Type: typeOf(end2), properties });
  }
  const properties = change.operation === 'classify' ? change.properties : {};
  const type = typeOf(change.element);
  return checkElement({
    ...{ type, qualifiedName: nameOf(change) },
    classifications: { [change.name]: properties },
  });
}

function nameOf(change: FacetChange): string {
  if (change.operation === 'relate-all') return change.group;
  const { qualifiedName, locator, guid } = 'element' in change ? change.element : change.end1;
  return qualifiedName ?? locator?.name ?? guid ?? 'an element without a name';
}
