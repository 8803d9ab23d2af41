import type { MetadataChange } from '@idaemon/contracts';
import { subtypesOf } from '@idaemon/open-metadata';
import type { Sql } from '@idaemon/persistence';
import { readPage } from './page.js';

export interface FeedQuery {
  position: number;
  limit: number;
  types?: string[];
  sources?: string[];
  notBy?: string;
}
export interface FeedPage {
  items: MetadataChange[];
  position: number;
  gap: boolean;
}

interface ChangeRow {
  position: string;
  at: Date;
  kind: MetadataChange['kind'];
  guid: string;
  type: string;
  qualified_name: string;
  source: string | null;
  connector: string | null;
}

/** Positions that one answer goes on by at most, however few of them pass the filters. */
const maxPositions = 20_000;

/** The change feed by position. */
export class ChangeFeed {
  constructor(private readonly sql: Sql) {}

  /**
   * What follows a position, oldest first, and the position to go on from. `gap`: changes after the position are no
   * longer kept, or the position is ahead of this store, as after a restore; the reader has to read everything anew.
   */
  async read(query: FeedQuery): Promise<FeedPage> {
    const head = await this.#head();
    const gap = query.position < head.pruned || query.position > head.position;
    const from = query.position > head.position ? head.position : Math.max(query.position, head.pruned);
    const to = Math.min(head.position, from + maxPositions);
    const types = query.types?.flatMap((type) => subtypesOf(type));
    const filters = [types ?? null, query.sources ?? null, query.notBy ?? null];
    const { items, next } = await readPage<ChangeRow, MetadataChange>({
      pageSize: query.limit,
      after: from,
      fetch: (after, limit) => this.sql.rows<ChangeRow>(changesSql, [after ?? from, to, ...filters, limit]),
      keyOf: (row) => Number(row.position),
      itemOf: changeOf,
    });
    return { items, position: next ?? to, gap };
  }

  async #head(): Promise<{ position: number; pruned: number }> {
    const row = await this.sql.row<{ position: string; pruned: string }>(
      'select position, pruned from feed_head',
    );
    return { position: Number(row?.position ?? 0), pruned: Number(row?.pruned ?? 0) };
  }
}

const changesSql = `
  select f.position, f.at, f.kind, f.guid, f.type, f.qualified_name, f.connector, s.qualified_name as source
  from change_feed f left join metadata_source s on s.id = f.source_id
  where f.position > $1 and f.position <= $2
    and ($3::text[] is null or f.type = any ($3))
    and ($4::text[] is null or s.qualified_name = any ($4))
    and ($5::text is null or f.connector is distinct from $5)
  order by f.position limit $6`;

function changeOf(row: ChangeRow): MetadataChange {
  return {
    position: Number(row.position),
    at: row.at.toISOString(),
    kind: row.kind,
    guid: row.guid,
    type: row.type,
    qualifiedName: row.qualified_name,
    source: row.source,
    connector: row.connector,
  };
}
