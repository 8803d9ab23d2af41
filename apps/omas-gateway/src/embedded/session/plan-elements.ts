import type { Properties } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';
import { changedDetail } from '../runs/changed-detail.js';
import { recordDifferences, type NewDifference } from '../runs/run-differences.js';
import type { Incoming } from '../write/incoming.js';
import type { LinkedWrite } from '../write/link-writes.js';
import { decide, resultsOf, type ElementWriting, type Ids } from '../write/write-elements.js';
import type { Writer } from '../write/writer.js';

/** Decides as writing does, but writes down what it would do. */
export async function planElements(
  sql: Sql,
  ids: Ids,
  writer: Writer,
  incoming: readonly Incoming[],
): Promise<ElementWriting> {
  const decided = await decide(sql, ids, writer, incoming, { isPlan: true });
  const written = resultsOf(decided, writer);
  const stored = await storedContent(sql, decided.writes.elements);
  const differences = decided.writes.elements.map((write) => differenceOf(write, stored.get(write.id)));
  if (writer.runId) await recordDifferences(sql, writer.runId, differences);
  return { written, feed: [], crowded: [], split: [] };
}

interface Content {
  id: string;
  properties: Properties;
}

async function storedContent(sql: Sql, writes: readonly LinkedWrite[]): Promise<Map<number, Properties>> {
  const ids = writes.filter(({ match }) => match.kind === 'update').map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await sql.rows<Content>('select id, properties from element where id = any($1::bigint[])', [
    ids,
  ]);
  return new Map(rows.map(({ id, properties }) => [Number(id), properties]));
}

function differenceOf(write: LinkedWrite, stored: Properties | undefined): NewDifference {
  const { match, id, guid } = write;
  const { type, qualifiedName, properties } = match.incoming.element;
  const named = { type, qualified_name: qualifiedName };
  if (match.kind === 'insert' || match.stored.isPlaceholder) {
    return { change: 'created', element_id: null, guid: null, ...named };
  }
  const before = { ...match.stored, properties: stored ?? {} };
  const detail = changedDetail(before, { type, qualifiedName, properties });
  return { change: 'updated', element_id: id, guid, ...named, detail };
}
