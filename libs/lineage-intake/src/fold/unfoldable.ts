import { toWireError } from '@idaemon/contracts';
import { storableJson, type Sql } from '@idaemon/persistence';
import type { LoggedEvent } from '../log/event-page.js';

export interface Unfoldable {
  event: LoggedEvent;
  error: Error;
}

/** Dead letters of the fold, in the transaction that moves its cursor past them. */
export async function keepUnfoldable(sql: Sql, unfoldable: readonly Unfoldable[]): Promise<void> {
  for (const { event, error } of unfoldable) {
    await sql.rows(
      `insert into dead_letter
         (kind, stream, position, event_id, ordering_key, sender, received_at, body, reason)
       values ('fold', $1, $2, $3, $4, $5, $6, $7, $8::jsonb)
       on conflict do nothing`,
      [
        event.stream,
        event.position,
        event.eventId,
        event.orderingKey,
        event.sender,
        event.receivedAt,
        event.body,
        storableJson(toWireError(error)),
      ],
    );
  }
}
