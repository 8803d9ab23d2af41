import type { PropertyValue } from '@idaemon/contracts';
import type { Sql } from '@idaemon/persistence';

export interface StateKey {
  connector: string;
  shard: number;
  key: string;
}

/** What connectors keep between runs: cursors of third parties, positions of the feed. */
export class ConnectorStates {
  constructor(private readonly sql: Sql) {}

  async get({ connector, shard, key }: StateKey): Promise<{ value: PropertyValue }> {
    const row = await this.sql.row<{ value: PropertyValue }>(
      'select value from connector_state where connector = $1 and shard = $2 and key = $3',
      [connector, shard, key],
    );
    return { value: row?.value ?? null };
  }
}
