import { randomUUID } from 'node:crypto';
import type { EventMatch } from '@idaemon/open-lineage';
import type { Database, Sql } from '@idaemon/persistence';
import type { EventSource } from './event-source.js';
import type { Subscriber } from './subscription-rows.js';

export interface Replay {
  replay: string;
  stream: number;
  position: number;
  until: number;
  match: EventMatch;
}

export interface ReplayRequest {
  connector: string;
  /** Events received since then; default: all that are kept. */
  from?: Date;
  match: EventMatch;
  requestedBy: string;
}

/** The replays that people asked for at these streams. */
export async function readReplays(
  sql: Sql,
  { connector, streams }: Pick<Subscriber, 'connector' | 'streams'>,
): Promise<Replay[]> {
  const rows = await sql.rows<{
    id: string;
    stream: number;
    position: string;
    until: string;
    match: EventMatch;
  }>(
    `select id, stream, position, until, match from replay
     where connector = $1 and stream = any($2::smallint[]) and position < until order by requested_at`,
    [connector, streams],
  );
  return rows.map(({ id, stream, position, until, match }) => ({
    ...{ replay: id, stream, match },
    ...{ position: Number(position), until: Number(until) },
  }));
}

/** In the transaction that saves the cursors. A replay that is over goes. */
export async function saveReplays(
  sql: Sql,
  cursors: readonly { source: EventSource; doneTo: number }[],
): Promise<void> {
  for (const { source, doneTo } of cursors) {
    if (source.replay === undefined) continue;
    const isOver = doneTo >= (source.until ?? 0);
    await sql.rows(
      isOver
        ? `delete from replay where id = $1 and stream = $2 and until <= $3`
        : `update replay set position = $3 where id = $1 and stream = $2`,
      [source.replay, source.stream, doneTo],
    );
  }
}

/**
 * Hands over once more, beside the cursor, what the connector has been handed: events of a time, a run or a namespace.
 * Of all streams or of none. Resolves with the positions to be looked at; undefined when nobody listens under this name.
 */
export function requestReplay(database: Database, request: ReplayRequest): Promise<number | undefined> {
  return database.transaction((sql) => replayStreams(sql, request));
}

async function replayStreams(
  sql: Sql,
  { connector, from, match, requestedBy }: ReplayRequest,
): Promise<number | undefined> {
  const cursors = await sql.rows<{ stream: number; position: string }>(
    `select stream, position from subscription where connector = $1 order by stream`,
    [connector],
  );
  if (cursors.length === 0) return undefined;
  const id = randomUUID();
  let positions = 0;
  for (const { stream, position } of cursors) {
    const until = Number(position);
    const after = from === undefined ? 0 : await lastBefore(sql, stream, from, until);
    if (after >= until) continue;
    await sql.rows(
      `insert into replay (id, connector, stream, position, until, match, requested_by)
       select $1, $2, stream, greatest($4::bigint, removed_to), $5::bigint, $6::jsonb, $7
       from stream where stream = $3 and removed_to < $5::bigint`,
      [id, connector, stream, after, until, JSON.stringify(match), requestedBy],
    );
    positions += until - after;
  }
  return positions;
}

/** Times grow with positions, so that a few looks find the place; a scan would read most of the log. */
async function lastBefore(sql: Sql, stream: number, time: Date, until: number): Promise<number> {
  let low = 0;
  let high = until;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const event = await sql.row<{ position: string; isBefore: boolean }>(
      `select position, received_at < $3::timestamptz as "isBefore" from event
       where stream = $1 and position > $2 order by position limit 1`,
      [stream, middle, time],
    );
    if (event?.isBefore && Number(event.position) <= high) low = Number(event.position);
    else high = middle;
  }
  return low;
}
