import type { MetadataChange } from '@idaemon/contracts';
import { storableJson, type Sql } from '@idaemon/persistence';
import type { Writer } from './writer.js';

export interface FeedEntry {
  kind: MetadataChange['kind'];
  guid: string;
  type: string;
  qualified_name: string;
  /** Whose element it is, where that is not the writer's source. */
  source_id?: number | null;
}

/**
 * Appends to the change feed: the last step of a transaction, since writers take turns from here on. Positions have
 * no gaps and become visible in their order. Answers the newest position, null when there was nothing to append.
 */
export async function appendToFeed(
  sql: Sql,
  writer: Writer,
  entries: readonly FeedEntry[],
): Promise<number | null> {
  if (entries.length === 0) return null;
  const head = await sql.row<{ position: string }>(
    `with head as (update feed_head set position = position + $2::int returning position - $2::int as before),
     appended as (
       insert into change_feed (position, at, guid, run_id, source_id, kind, type, qualified_name, connector)
       select before + n, clock_timestamp(), (entry->>'guid')::uuid, $3,
         coalesce((entry->>'source_id')::int, $4), entry->>'kind', entry->>'type',
         entry->>'qualified_name', $5
       from head, jsonb_array_elements($1::jsonb) with ordinality as entries (entry, n))
     select before + $2::int as position from head`,
    [storableJson(entries), entries.length, writer.runId, writer.source.id, writer.feedConnector],
  );
  return Number(head?.position);
}
