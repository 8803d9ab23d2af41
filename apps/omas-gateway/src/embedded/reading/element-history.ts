import { NotFoundError, type ElementVersion, type List, type Properties } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import { decodeCursor, encodeCursor, KeysetCursor } from './cursor.js';
import { readPage } from './page.js';

interface VersionRow {
  version: number;
  type: string;
  qualified_name: string;
  properties: Properties;
  valid_from: Date;
  valid_to: Date | null;
  changed_by: string;
  run_id: string | null;
}

/** The versions of an element, newest first, the current one included; of a removed one those that are still kept. */
export class ElementHistory {
  constructor(private readonly sql: Sql) {}

  async page(query: { guid: string; pageSize: number; cursor?: string }): Promise<List<ElementVersion>> {
    const cursor = decodeCursor(KeysetCursor, query.cursor);
    const { items, next } = await readPage<VersionRow, ElementVersion>({
      pageSize: query.pageSize,
      after: cursor?.after,
      fetch: (after, limit) => this.sql.rows<VersionRow>(pageSql, [query.guid, after ?? maxVersion, limit]),
      keyOf: (row) => row.version,
      itemOf: versionOf,
    });
    if (!cursor && items.length === 0) throw new NotFoundError(`There is no history of ${query.guid}`);
    const total = cursor?.total ?? (await this.#count(query.guid));
    return { items, total, next: next === null ? null : encodeCursor({ after: next, total }) };
  }

  async #count(guid: string): Promise<number> {
    const row = await this.sql.row<{ total: string }>(
      `select count(*) as total from (${versions}) versions`,
      [guid],
    );
    return Number(row?.total ?? 0);
  }
}

const maxVersion = 2 ** 31 - 1;

const versions = `
  select version, type, coalesce(displaced_name, qualified_name) as qualified_name, properties,
    updated_at as valid_from, null::timestamptz as valid_to, changed_by, run_id
  from element where guid = $1::uuid and not is_placeholder
  union all
  select version, type, qualified_name, properties, valid_from, valid_to, changed_by, run_id
  from element_history where guid = $1::uuid and version > 0`;

const pageSql = `select * from (${versions}) versions where version < $2 order by version desc limit $3`;

function versionOf(row: VersionRow): ElementVersion {
  return {
    version: row.version,
    type: row.type,
    qualifiedName: row.qualified_name,
    properties: row.properties,
    validFrom: row.valid_from.toISOString(),
    validTo: row.valid_to?.toISOString() ?? null,
    changedBy: row.changed_by,
    runId: row.run_id,
  };
}
