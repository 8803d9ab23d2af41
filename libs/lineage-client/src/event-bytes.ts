import type { OpenLineageEvent } from '@idaemon/open-lineage';

/** Text and bytes travel as they are. */
export type SentEvent = OpenLineageEvent | string | Uint8Array;

export function bytesOf(event: SentEvent): Buffer {
  if (typeof event === 'string') return Buffer.from(event);
  if (event instanceof Uint8Array) return Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  return Buffer.from(JSON.stringify(event));
}

/** Room for one request; what is larger goes alone. */
const most = { events: 1_000, bytes: 4 * 1024 * 1024 };

export interface Portion {
  /** Of its first event among all. */
  first: number;
  events: Buffer[];
}

/** The events in portions that a receiver takes at once, in their order. */
export function* portionsOf(events: Iterable<SentEvent>): Generator<Portion> {
  let portion: Portion = { first: 0, events: [] };
  let bytes = 0;
  for (const event of events) {
    const body = bytesOf(event);
    const isFull = portion.events.length === most.events || bytes + body.length > most.bytes;
    if (isFull && portion.events.length > 0) {
      yield portion;
      portion = { first: portion.first + portion.events.length, events: [] };
      bytes = 0;
    }
    portion.events.push(body);
    bytes += body.length + 1;
  }
  if (portion.events.length > 0) yield portion;
}

/** A JSON array of them; their own bytes stay what they are. */
export function batchOf(events: readonly Buffer[]): Buffer {
  const parts = events.flatMap((event, index) => (index === 0 ? [event] : [Buffer.from(','), event]));
  return Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')]);
}
