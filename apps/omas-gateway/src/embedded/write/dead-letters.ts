import { maxElementBytes, toWireError, type ElementWrite, type IdaemonError } from '@idaemon/contracts';
import { storableJson, type Sql } from '@idaemon/persistence';
import type { Writer } from './writer.js';

/** An element that could not be written, with the reason. */
export interface Refused {
  collection: string;
  scope: string;
  type: string;
  qualifiedName: string;
  error: IdaemonError;
  /** As it was sent; null when it is not at hand or too large to keep. */
  element: ElementWrite | null;
  /** Whose element it is; default: the writer's. */
  owner?: { connector: string; shard: number; source_id: number };
}

/** Keeps the newest failure of each element; those of earlier runs give way. */
export async function recordDeadLetters(
  sql: Sql,
  writer: Writer,
  refused: readonly Refused[],
): Promise<void> {
  if (refused.length === 0) return;
  const byName = new Map(refused.map((one) => [one.qualifiedName, one]));
  const rows = [...byName.values()].sort(byQualifiedName).map(({ error, element, owner, ...rest }) => ({
    ...(owner ?? { connector: writer.connector, shard: writer.shard, source_id: writer.source.id }),
    ...rest,
    error: toWireError(error),
    element: element && JSON.stringify(element).length <= maxElementBytes ? element : null,
  }));
  await sql.rows(
    `insert into dead_letter (at, run_id, source_id, shard, connector, collection, scope, type, qualified_name, error,
       element)
     select now(), $2, source_id, shard, connector, collection, scope, type, "qualifiedName", error, nullif(element, 'null')
     from jsonb_to_recordset($1::jsonb) as r (source_id int, shard int, connector text, collection text, scope text, type text, "qualifiedName" text,
       error jsonb, element jsonb)
     on conflict (connector, name_hash) do update set at = excluded.at, run_id = excluded.run_id,
       source_id = excluded.source_id, shard = excluded.shard, collection = excluded.collection,
       scope = excluded.scope, type = excluded.type, error = excluded.error, element = excluded.element`,
    [storableJson(rows), writer.runId],
  );
}

/** Elements that were written are no failures any more. */
export async function forgetDeadLetters(
  sql: Sql,
  connector: string,
  qualifiedNames: readonly string[],
): Promise<void> {
  if (qualifiedNames.length === 0) return;
  await sql.rows(
    `delete from dead_letter where connector = $2
     and name_hash = any(array(select md5(name)::uuid from jsonb_array_elements_text($1::jsonb) as name))`,
    [storableJson(qualifiedNames), connector],
  );
}

function byQualifiedName(a: Refused, b: Refused): number {
  return a.qualifiedName < b.qualifiedName ? -1 : 1;
}
