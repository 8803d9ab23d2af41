import type { Difference } from '@idaemon/contracts';
import { storableJson, type Sql } from '@idaemon/persistence';

/** A difference that no other row tells: of a plan, or a held removal. */
export interface NewDifference {
  change: Difference['change'];
  element_id: number | null;
  guid: string | null;
  type: string;
  qualified_name: string;
  detail?: string;
}

export async function recordDifferences(
  sql: Sql,
  runId: string,
  differences: readonly NewDifference[],
): Promise<void> {
  if (differences.length === 0) return;
  await sql.rows(
    `insert into run_difference (at, run_id, change, element_id, guid, type, qualified_name, detail)
     select now(), $2, change, element_id, guid, type, qualified_name, detail
     from jsonb_to_recordset($1::jsonb) as r (change text, element_id bigint, guid uuid, type text,
       qualified_name text, detail text)`,
    [storableJson(differences), runId],
  );
}
