import { NotFoundError, RequestError, type List, type Relationship } from '@idaemon/contracts';
import { isRelationshipType, nearestType } from '@idaemon/open-metadata';
import type { Sql } from '@idaemon/persistence';
import { decodeCursor, encodeCursor, KeysetCursor } from './cursor.js';
import { readPage } from './page.js';
import { relationshipColumns, relationshipOf, type RelationshipRow } from './relationship-rows.js';

export interface RelationshipQuery {
  guid: string;
  type?: string;
  pageSize: number;
  cursor?: string;
}

/** The relationships of one element, whichever end of them it is, oldest first. */
export class RelationshipLists {
  constructor(private readonly sql: Sql) {}

  async page({ guid, type, pageSize, cursor: text }: RelationshipQuery): Promise<List<Relationship>> {
    if (type !== undefined) refuseUnknown(type);
    const cursor = decodeCursor(KeysetCursor, text);
    const id = await this.#idOf(guid);
    const { items, next } = await readPage<RelationshipRow, Relationship>({
      pageSize,
      after: cursor?.after,
      fetch: (after, limit) => this.sql.rows<RelationshipRow>(pageSql, [id, type ?? null, after ?? 0, limit]),
      keyOf: (row) => Number(row.id),
      itemOf: relationshipOf,
    });
    const isAll = !cursor && next === null;
    const total = isAll ? items.length : (cursor?.total ?? (await this.#count(id, type)));
    return { items, total, next: next === null ? null : encodeCursor({ after: next, total }) };
  }

  async #idOf(guid: string): Promise<string> {
    const row = await this.sql.row<{ id: string }>('select id from element where guid = $1::uuid', [guid]);
    if (row) return row.id;
    throw new NotFoundError(`There is no element with the GUID ${guid}`);
  }

  async #count(id: string, type: string | undefined): Promise<number> {
    const sql = `select count(*) as total from (${ofElement}) r where $2::text is null or r.type = $2`;
    const row = await this.sql.row<{ total: string }>(sql, [id, type ?? null]);
    return Number(row?.total ?? 0);
  }
}

// A relationship of an element with itself is found once.
const ofElement = `
  select * from relationship where end1_id = $1::bigint
  union all
  select * from relationship where end2_id = $1::bigint and end1_id <> $1::bigint`;

const pageSql = `
  with page as materialized (
    select * from (${ofElement}) r where r.id > $3 and ($2::text is null or r.type = $2)
    order by r.id limit $4)
  select ${relationshipColumns} from page r
  join element end1 on end1.id = r.end1_id
  join element end2 on end2.id = r.end2_id
  order by r.id`;

function refuseUnknown(type: string): void {
  if (isRelationshipType(type)) return;
  const near = nearestType(type, 'relationship');
  const message = near ? `did you mean ${near}?` : 'is not a relationship type';
  throw new RequestError(`There is no relationship type ${JSON.stringify(type)}`, {
    errors: [{ path: 'type', message }],
  });
}
