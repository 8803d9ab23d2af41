import { IdaemonError, maxStateBytes, RequestError, type Fence } from '@idaemon/contracts';
import type { Database } from '@idaemon/persistence';
import { isStorable } from './json-parameter.js';
import { assertOwner } from './claims/fence.js';

/** Keeps what a connector has to know the next time, such as a cursor; only its newest owner may. */
export async function putState(
  database: Database,
  { fence, key, value }: { fence: Fence; key: string; value: unknown },
): Promise<Record<string, never>> {
  const json = JSON.stringify(value);
  const bytes = Buffer.byteLength(json);
  if (bytes > maxStateBytes) {
    throw new IdaemonError(
      'payload-too-large',
      `The state ${key} of the connector ${fence.connector} has ${bytes} bytes, more than ${maxStateBytes}`,
    );
  }
  if (!isStorable(value)) {
    throw new RequestError(
      `The state ${key} of the connector ${fence.connector} has a text that cannot be kept`,
      {
        action: 'Leave NUL characters and halves of surrogate pairs out of it.',
      },
    );
  }
  return database.transaction(async (sql) => {
    await assertOwner(sql, fence);
    await sql.rows(
      `insert into connector_state (connector, shard, key, value, updated_at) values ($1, $2, $3, $4, now())
       on conflict (connector, shard, key) do update set value = excluded.value, updated_at = now()`,
      [fence.connector, fence.shard, key, json],
    );
    return {};
  });
}
