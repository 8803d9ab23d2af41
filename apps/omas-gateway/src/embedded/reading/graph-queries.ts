import {
  NotFoundError,
  type Graph,
  type LineageDirection,
  type LineageLevel,
  type Reference,
} from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import type { z } from 'zod';
import { walk, type Edge, type GraphElement, type Node, type Step } from './graph-walk.js';
import { columnsBelowSql, datasetAboveSql, isColumn } from './lineage-levels.js';
import { lineageTypesFrom } from './lineage-relationships.js';
import { relationshipColumns, relationshipOf, type RelationshipRow } from './relationship-rows.js';

export interface LineageQuery {
  node: Reference;
  direction: z.output<typeof LineageDirection>;
  depth: number;
  limit: number;
  level?: LineageLevel;
  includeRuns: boolean;
}

/** A process while it runs; its lineage is that of its job. */
const runType = 'TransientEmbeddedProcess';

type EdgeRow = RelationshipRow & { end1_id: string; end2_id: string };
interface NodeRow {
  id: string;
  guid: string;
  type: string;
  qualified_name: string;
  display_name: string;
  source: string | null;
}

/**
 * Parts of the graph. One statement per level and direction rather than one that recurses: a recursive query cannot
 * know what another of its branches has seen, so that a well connected graph is walked again and again.
 */
export class GraphQueries {
  constructor(private readonly sql: Sql) {}

  /** Everything within `depth` relationships. */
  async neighbourhood(query: { guid: string; depth: number; limit: number }): Promise<Graph> {
    const start = await this.#node('e.guid = $1::uuid', [query.guid]);
    if (!start) throw new NotFoundError(`There is no element with the GUID ${query.guid}`);
    const steps = [this.#step(edgesSql('true', 'true'))];
    return walk({ ...query, starts: [start], steps, nodesOf: this.#nodesOf });
  }

  /** What data or control comes from, and where it goes. `id` is that of the element that `node` refers to. */
  async lineage(id: string, query: LineageQuery): Promise<Graph> {
    const { direction, depth, limit, includeRuns } = query;
    const start = await this.#node('e.id = $1::bigint', [id]);
    if (!start) throw new NotFoundError('The element was removed meanwhile');
    const starts = await this.#starts(start, query);
    const ways = { upstream: [upstreamSql], downstream: [downstreamSql], both: [upstreamSql, downstreamSql] };
    const steps = ways[direction].map((sql) => (includeRuns ? this.#stepWithRuns(sql) : this.#step(sql)));
    const nodesOf = includeRuns ? this.#nodesOf : this.#lastingNodesOf;
    return walk({ starts, steps, depth, limit, nodesOf });
  }

  /** The dataset of a column, the columns of a dataset, or the element itself where there is no other level. */
  async #starts(start: Node, { level, limit }: LineageQuery): Promise<Node[]> {
    if (level === undefined || (level === 'column') === isColumn(start.element.type)) return [start];
    const sql = level === 'table' ? datasetAboveSql : columnsBelowSql;
    const rows = await this.sql.rows<{ id: string }>(sql, level === 'table' ? [start.id] : [start.id, limit]);
    const found = await this.#nodesOf(rows.map(({ id }) => Number(id)));
    return found.length > 0 ? found : [start];
  }

  #step(sql: string): Step {
    return async (from, limit) => (await this.sql.rows<EdgeRow>(sql, [from, limit])).map(edgeOf);
  }

  #stepWithRuns(sql: string): Step {
    const [flows, runs] = [this.#step(sql), this.#step(runsSql)];
    return async (from, limit) => {
      const edges = await flows(from, limit);
      return [...edges, ...(await runs(from, Math.max(limit - edges.length, 0)))];
    };
  }

  async #node(condition: string, parameters: unknown[]): Promise<Node | undefined> {
    const row = await this.sql.row<NodeRow>(`${nodeSql} where ${condition}`, parameters);
    return row && nodeOf(row);
  }

  readonly #nodesOf = async (ids: readonly number[]): Promise<Node[]> => {
    if (ids.length === 0) return [];
    const rows = await this.sql.rows<NodeRow>(`${nodeSql} where e.id = any ($1::bigint[]) order by e.id`, [
      ids,
    ]);
    return rows.map(nodeOf);
  };

  readonly #lastingNodesOf = async (ids: readonly number[]): Promise<Node[]> =>
    (await this.#nodesOf(ids)).filter(({ element }) => element.type !== runType);
}

const nodeSql = `
  select e.id, e.guid, e.type, coalesce(e.displaced_name, e.qualified_name) as qualified_name, e.display_name,
    (select s.qualified_name from metadata_source s where s.id = e.source_id) as source
  from element e`;

/**
 * Relationships whose end 1, or end 2, is among the elements and fits its condition. Of a hub the first that are found:
 * putting all of them in order would take longer than anybody looks at.
 */
function edgesSql(atEnd1: string, atEnd2: string): string {
  return `
    with edges as materialized (
      (select id from relationship where end1_id = any ($1::bigint[]) and ${atEnd1} limit $2)
      union
      (select id from relationship where end2_id = any ($1::bigint[]) and ${atEnd2} limit $2)
      limit $2)
    select r.end1_id, r.end2_id, ${relationshipColumns}
    from edges join relationship r on r.id = edges.id
    join element end1 on end1.id = r.end1_id
    join element end2 on end2.id = r.end2_id
    order by r.id`;
}

// Written out, not parameters: only so does Postgres see that its indexes of lineage fit.
const flowsFromEnd1 = `type in (${lineageTypesFrom(1)
  .map((type) => `'${type}'`)
  .join(', ')})`;
const flowsFromEnd2 = `type in (${lineageTypesFrom(2)
  .map((type) => `'${type}'`)
  .join(', ')})`;
const downstreamSql = edgesSql(flowsFromEnd1, flowsFromEnd2);
const upstreamSql = edgesSql(flowsFromEnd2, flowsFromEnd1);

const runsSql = `
  select r.end1_id, r.end2_id, ${relationshipColumns}
  from relationship r
  join element end1 on end1.id = r.end1_id
  join element end2 on end2.id = r.end2_id and end2.type = '${runType}'
  where r.end1_id = any ($1::bigint[]) and r.type = 'ProcessHierarchy'
  order by r.id desc limit $2`;

function nodeOf(row: NodeRow): Node {
  const element: GraphElement = {
    guid: row.guid,
    type: row.type,
    qualifiedName: row.qualified_name,
    displayName: row.display_name,
    source: row.source,
  };
  return { id: Number(row.id), element };
}

function edgeOf(row: EdgeRow): Edge {
  return {
    id: Number(row.id),
    end1: Number(row.end1_id),
    end2: Number(row.end2_id),
    relationship: relationshipOf(row),
  };
}
