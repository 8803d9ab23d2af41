import type { Sql } from '@idaemon/persistence';

const blockSize = 1_000;

/** Ids of a table, known before its rows are written; taken from its sequence by the thousand. Gaps don't matter. */
export class IdBlocks {
  #ids: number[] = [];

  constructor(private readonly sequence: 'element_id_seq' | 'relationship_id_seq') {}

  async take(sql: Sql, count: number): Promise<number[]> {
    const ids = this.#ids.splice(0, count);
    if (ids.length === count) return ids;
    const missing = count - ids.length;
    const row = await sql.row<{ fresh: number[] }>(
      `select json_agg(nextval('${this.sequence}')) as fresh from generate_series(1, $1::int)`,
      [missing + blockSize],
    );
    const fresh = row?.fresh ?? [];
    ids.push(...fresh.splice(0, missing));
    this.#ids.push(...fresh);
    return ids;
  }
}
