import type { EventMatch } from '@idaemon/open-lineage';
import type { Sql } from '@idaemon/persistence';
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
 * Resolves with the positions to be looked at; undefined when nobody listens under this name.
 */
export async function requestReplay(
  sql: Sql,
  { connector, from, match, requestedBy }: ReplayRequest,
): Promise<number | undefined> {
  const subscribed = await sql.rows(`select 1 from subscription where connector = $1 limit 1`, [connector]);
  if (subscribed.length === 0) return undefined;
  const rows = await sql.rows<{ positions: string }>(
    `with one as (select gen_random_uuid() as id)
     insert into replay (id, connector, stream, position, until, match, requested_by)
     select one.id, $1, s.stream, first.position, s.position, $3::jsonb, $4
     from subscription s, one, lateral (
       select coalesce(min(e.position) - 1, s.position) as position from event e
       where e.stream = s.stream and e.received_at >= coalesce($2::timestamptz, '-infinity')
     ) first
     where s.connector = $1 and first.position < s.position
     returning until - position as positions`,
    [connector, from ?? null, JSON.stringify(match), requestedBy],
  );
  return rows.reduce((sum, { positions }) => sum + Number(positions), 0);
}
