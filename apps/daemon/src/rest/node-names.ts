import type { Reference } from '@idaemon/contracts';
import { jobQualifiedName, readNodeId, standardSpelling, type NodeId } from '@idaemon/open-lineage';
import { z } from 'zod';

const anything = 'Referenceable';

/** What a text may name, the likeliest first: a GUID, a node of OpenLineage, an element by its qualified name. */
export function referencesNamed(text: string): Reference[] {
  if (z.uuid().safeParse(text).success) return [{ type: 'OpenMetadataRoot', guid: text }];
  const id = readNodeId(text);
  const byName = { type: anything, qualifiedName: text };
  return id ? [...openLineageReferences(id), byName] : [byName];
}

function openLineageReferences({ kind, names }: NodeId): Reference[] {
  if (kind === 'job') {
    return names.map((name) => ({ type: anything, qualifiedName: jobQualifiedName(name) }));
  }
  return names.flatMap((name) => {
    const meant = standardSpelling(name);
    const isSame = meant.namespace === name.namespace && meant.name === name.name;
    return (isSame ? [name] : [name, meant]).map((locator) => ({ type: anything, locator }));
  });
}
