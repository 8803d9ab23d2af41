import type { ReceivedEvent } from '@idaemon/integration-services';
import { readEvent, type ReadEvent } from '@idaemon/open-lineage';
import type { LoggedEvent } from '../log/event-page.js';

/** What of a logged event is needed to hand it over. */
export type HandedEvent = Omit<LoggedEvent, 'eventId' | 'kind'>;

/** An event as connectors see it. */
export function receivedEvent(event: HandedEvent): ReceivedEvent {
  let parsed: ReadEvent | undefined;
  return {
    stream: event.stream,
    position: event.position,
    receivedAt: event.receivedAt.toISOString(),
    sender: event.sender,
    orderingKey: event.orderingKey,
    body: event.body,
    read: () => (parsed ??= readEvent(event.body)),
  };
}
