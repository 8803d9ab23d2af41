import type { Sql } from '@idaemon/persistence';
import type { FeedEntry } from './feed.js';

/**
 * For the feed: elements whose own content is as it was, but not their relationships or classifications. A
 * relationship is a change of both of its ends. Placeholders are nobody's yet.
 */
export async function changedFacets(sql: Sql, elementIds: readonly number[]): Promise<FeedEntry[]> {
  if (elementIds.length === 0) return [];
  return sql.rows<FeedEntry>(
    `select 'updated' as kind, guid, type, coalesce(displaced_name, qualified_name) as qualified_name, source_id
     from element where id = any($1::bigint[]) and not is_placeholder order by id`,
    [[...new Set(elementIds)]],
  );
}
