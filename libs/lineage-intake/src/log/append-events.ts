import { streamOf, type EventKind } from '@idaemon/open-lineage';
import type { Sql } from '@idaemon/persistence';

/** As many as the migration makes; a stream's number is stored with each event. */
export const streamCount = 8;

/** An event on its way into the log. */
export interface NewEvent {
  /** SHA-256 of `body`: the same bytes are taken once. */
  id: Buffer;
  orderingKey: string;
  kind: EventKind;
  sender: string;
  /** The original bytes. */
  body: Buffer;
}

/**
 * Commits events in one transaction, those of a stream in the given order; answers how many were new. An event whose id
 * is in the log already is left out, so that a group may be appended again when nobody knows whether it was committed.
 */
export async function appendEvents(sql: Sql, events: readonly NewEvent[]): Promise<number> {
  const placed = placeEvents(events);
  const row = await sql.row<{ added: number }>(
    'select append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as added',
    [
      placed.streams,
      placed.counts,
      placed.bytes,
      placed.streamOf,
      placed.nth,
      events.map(({ orderingKey }) => orderingKey),
      events.map(({ kind }) => kind),
      events.map(({ sender }) => sender),
      placed.starts,
      events.map(({ body }) => body.length),
      Buffer.concat(events.map(({ id }) => id)),
      Buffer.concat(events.map(({ body }) => body)),
    ],
  );
  return row?.added ?? 0;
}

interface PlacedEvents {
  streams: number[];
  counts: number[];
  bytes: number[];
  /** Per event: which of `streams`, from 1. */
  streamOf: number[];
  nth: number[];
  starts: number[];
}

function placeEvents(events: readonly NewEvent[]): PlacedEvents {
  const counts = new Array<number>(streamCount).fill(0);
  const bytes = new Array<number>(streamCount).fill(0);
  const streamsOfEvents: number[] = [];
  const nth: number[] = [];
  const starts: number[] = [];
  let start = 0;
  for (const { orderingKey, body } of events) {
    const stream = streamOf(orderingKey, streamCount);
    streamsOfEvents.push(stream);
    nth.push((counts[stream] = (counts[stream] ?? 0) + 1));
    bytes[stream] = (bytes[stream] ?? 0) + body.length;
    starts.push(start);
    start += body.length;
  }
  const streams = [...counts.keys()].filter((stream) => counts[stream] !== 0);
  const placeOf = counts.map((_, stream) => streams.indexOf(stream) + 1);
  return {
    streams,
    counts: streams.map((stream) => counts[stream] ?? 0),
    bytes: streams.map((stream) => bytes[stream] ?? 0),
    streamOf: streamsOfEvents.map((stream) => placeOf[stream] ?? 0),
    nth,
    starts,
  };
}
