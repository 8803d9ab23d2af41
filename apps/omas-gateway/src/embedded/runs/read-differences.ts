import type { Difference, gatewayMessages, List, Properties, WireError } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../reading/cursor.js';
import { ByteBudget } from '../reading/page.js';
import { changedDetail } from './changed-detail.js';

type Query = z.output<(typeof gatewayMessages.runDifferences)['request']>;

interface DifferenceRow {
  key: string;
  version: number;
  change: Difference['change'];
  guid: string | null;
  type: string;
  qualified_name: string;
  detail?: string | null;
  error?: WireError;
  properties?: Properties;
  before_type?: string | null;
  before_name?: string | null;
  before_properties?: Properties | null;
}

/** A place where differences of runs are found, in the order of (key, version). `$1` is the run. */
interface Section {
  changes: readonly Difference['change'][];
  rows: string;
}

const previous = `left join element_history b on b.guid = v.guid and b.version = v.version - 1`;
const sections: readonly Section[] = [
  {
    // What the run made and what is still the newest version.
    changes: ['created', 'updated'],
    rows: `select v.id as key, v.version, case when v.created_at = v.updated_at then 'created' else 'updated' end as change,
        v.guid, v.type, coalesce(v.displaced_name, v.qualified_name) as qualified_name, v.properties,
        b.type as before_type, b.qualified_name as before_name, b.properties as before_properties
      from element v ${previous} where v.run_id = $1`,
  },
  {
    // What the run made and others have changed since.
    changes: ['created', 'updated'],
    rows: `select v.element_id as key, v.version, case when v.is_creation then 'created' else 'updated' end as change,
        v.guid, v.type, v.qualified_name, v.properties,
        b.type as before_type, b.qualified_name as before_name, b.properties as before_properties
      from element_history v ${previous} where v.run_id = $1`,
  },
  {
    changes: ['removed'],
    rows: `select element_id as key, version, 'removed' as change, guid, type, qualified_name
      from element_history where ended_run_id = $1 and is_removal`,
  },
  {
    changes: ['created', 'updated', 'removed', 'held-removal', 'failed'],
    rows: `select id as key, 0 as version, change, guid, type, qualified_name, detail
      from run_difference where run_id = $1`,
  },
  {
    changes: ['failed'],
    rows: `select id as key, 0 as version, 'failed' as change, null::uuid as guid, type, qualified_name, error
      from dead_letter where run_id = $1`,
  },
];

const Cursor = z.object({
  section: z.number().int().min(0),
  key: z.number().int(),
  version: z.number().int(),
  total: z.number().int().min(0),
});
const rowsAtOnce = 200;

/** What a run has changed, or a plan would change: found in the rows that it wrote. */
export async function readDifferences(sql: Sql, query: Query): Promise<List<Difference>> {
  const cursor = decodeCursor(Cursor, query.cursor);
  const total = cursor?.total ?? (await countAll(sql, query));
  const budget = new ByteBudget();
  const items: Difference[] = [];
  let place = { section: cursor?.section ?? 0, key: cursor?.key ?? -1, version: cursor?.version ?? -1 };
  while (place.section < sections.length) {
    const limit = Math.min(rowsAtOnce, query.pageSize - items.length);
    if (limit <= 0) return { items, total, next: encodeCursor({ ...place, total }) };
    const rows = await rowsBehind(sql, query, place, limit);
    for (const row of rows) {
      const item = differenceOf(row);
      if (!budget.takes(item) && items.length > 0) {
        return { items, total, next: encodeCursor({ ...place, total }) };
      }
      items.push(item);
      place = { ...place, key: Number(row.key), version: row.version };
    }
    if (rows.length < limit) place = { section: place.section + 1, key: -1, version: -1 };
  }
  return { items, total, next: null };
}

async function rowsBehind(
  sql: Sql,
  { runId, change }: Query,
  place: { section: number; key: number; version: number },
  limit: number,
): Promise<DifferenceRow[]> {
  const section = sections[place.section];
  if (!section || (change && !section.changes.includes(change))) return [];
  return sql.rows<DifferenceRow>(
    `select * from (${section.rows}) as found
     where (key, version) > ($2::bigint, $3::int) and ($4::text is null or change = $4)
     order by key, version limit $5`,
    [runId, place.key, place.version, change ?? null, limit],
  );
}

async function countAll(sql: Sql, { runId, change }: Query): Promise<number> {
  const counts = sections.map(({ rows }) => `select change from (${rows}) as found`).join(' union all ');
  const row = await sql.row<{ total: number }>(
    `select count(*)::int as total from (${counts}) as found where $2::text is null or change = $2`,
    [runId, change ?? null],
  );
  return row?.total ?? 0;
}

function differenceOf(row: DifferenceRow): Difference {
  const { change, guid, type, qualified_name: qualifiedName } = row;
  const detail = row.detail ?? row.error?.message ?? detailOf(row);
  return { change, guid, type, qualifiedName, ...(detail ? { detail } : {}) };
}

function detailOf(row: DifferenceRow): string | undefined {
  const { before_type: type, before_name: qualifiedName, before_properties: properties } = row;
  if (row.change !== 'updated' || !type || !qualifiedName || !properties) return undefined;
  const after = { type: row.type, qualifiedName: row.qualified_name, properties: row.properties ?? {} };
  return changedDetail({ type, qualifiedName, properties }, after);
}
