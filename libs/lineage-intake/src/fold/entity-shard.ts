import { stableHash } from '@idaemon/open-lineage';

/** Entities are catalogued in so many parts, whatever the shards of the connector that does it. Stored; never changes. */
export const entityShards = 16;

export function entityShardOf(key: string): number {
  return stableHash(key) % entityShards;
}
