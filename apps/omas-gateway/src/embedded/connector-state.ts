import { IdaemonError, maxStateBytes, RequestError, type Fence, type StateValues } from '@idaemon/contracts';
import { isStorable, type Database, type Sql } from '@idaemon/persistence';
import { assertOwner } from './claims/fence.js';

/** Keeps what a connector has to know the next time, such as a cursor; only its newest owner may. */
export async function putState(
  database: Database,
  { fence, key, value }: { fence: Fence; key: string; value: StateValues[string] },
): Promise<Record<string, never>> {
  const state = { [key]: value };
  checkState(fence, state);
  return database.transaction(async (sql) => {
    await assertOwner(sql, fence);
    await writeState(sql, fence, state);
    return {};
  });
}

/** Refuses, before any transaction, what may not be kept. */
export function checkState({ connector }: Fence, state: StateValues | undefined): void {
  for (const [key, value] of Object.entries(state ?? {})) {
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > maxStateBytes) {
      throw new IdaemonError(
        'payload-too-large',
        `The state ${key} of the connector ${connector} has ${bytes} bytes, more than ${maxStateBytes}`,
      );
    }
    if (isStorable(value) && isStorable(key)) continue;
    throw new RequestError(`The state ${key} of the connector ${connector} has a text that cannot be kept`, {
      action: 'Leave NUL characters and halves of surrogate pairs out of it.',
    });
  }
}

/** Within the transaction of what it belongs to; the caller has checked it and holds the fence. */
export async function writeState(
  sql: Sql,
  { connector, shard }: Fence,
  state: StateValues | undefined,
): Promise<void> {
  // In one order, so that two writers wait for each other and do not block one another.
  for (const key of Object.keys(state ?? {}).sort()) {
    await sql.rows(
      `insert into connector_state (connector, shard, key, value, updated_at) values ($1, $2, $3, $4, now())
       on conflict (connector, shard, key) do update set value = excluded.value, updated_at = now()`,
      [connector, shard, key, JSON.stringify(state?.[key])],
    );
  }
}
