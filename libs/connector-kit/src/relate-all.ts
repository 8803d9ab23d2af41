import { maxGroupParts, type ChangeResult } from '@idaemon/contracts';
import { relationshipEnds, type RelationshipTypeName } from '@idaemon/open-metadata';
import { toReference } from './element-input.js';
import type { MetadataPort, RelatedEnds } from './metadata.js';

/** A group with more links is told in all its parts, so that each fits into a message. */
const maxLinksOfOnePart = 300;

/** Each link stays in its part, whatever comes and goes beside it. */
export async function relateAll(
  port: Pick<MetadataPort, 'change'>,
  type: RelationshipTypeName,
  group: string,
  links: readonly RelatedEnds[],
): Promise<ChangeResult> {
  const [first, second] = relationshipEnds(type);
  const related = links.map(({ end1, end2, properties }) => ({
    ...{ end1: toReference(first.type, end1), end2: toReference(second.type, end2) },
    ...(properties ? { properties } : {}),
  }));
  if (related.length <= maxLinksOfOnePart) {
    return port.change({ operation: 'relate-all', type, group, links: related });
  }
  const parts = Array.from({ length: maxGroupParts }, (): typeof related => []);
  for (const link of related) parts[partOf(JSON.stringify([link.end1, link.end2]))]?.push(link);
  const results = await Promise.all(
    parts.map((some, index) =>
      port.change({
        ...{ operation: 'relate-all', type, group, links: some },
        part: { index, count: maxGroupParts },
      }),
    ),
  );
  return (
    results.find(({ result }) => result === 'refused') ??
    results.find(({ result }) => result === 'updated') ?? { result: 'unchanged', guid: null }
  );
}

function partOf(ends: string): number {
  let hash = 0;
  for (let index = 0; index < ends.length; index++) hash = (hash * 31 + ends.charCodeAt(index)) | 0;
  return (hash >>> 0) % maxGroupParts;
}
