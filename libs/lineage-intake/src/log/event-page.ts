import type { Sql } from '@idaemon/persistence';

/** An event as the log keeps it. */
export interface LoggedEvent {
  stream: number;
  position: number;
  eventId: Buffer;
  orderingKey: string;
  kind: 'run' | 'job' | 'dataset';
  sender: string;
  receivedAt: Date;
  /** The original bytes. */
  body: Buffer;
}

export interface EventPageQuery {
  stream: number;
  /** Events after this position. */
  after: number;
  /** Up to this position; default: all that there are. */
  until?: number;
  limit: number;
  /** Of all bodies; the first event is always given. */
  maxBytes: number;
}

/** The next events of a stream, in their order. */
export async function readEventPage(sql: Sql, query: EventPageQuery): Promise<LoggedEvent[]> {
  const { stream, after, until, limit, maxBytes } = query;
  const rows = await sql.rows<EventRow>(pageSql, [stream, after, until ?? null, limit, maxBytes]);
  return rows.map((row) => ({
    stream,
    position: Number(row.position),
    eventId: row.event_id,
    orderingKey: row.ordering_key,
    kind: row.kind,
    sender: row.sender,
    receivedAt: row.received_at,
    body: row.body,
  }));
}

interface EventRow {
  position: string;
  event_id: Buffer;
  ordering_key: string;
  kind: LoggedEvent['kind'];
  sender: string;
  received_at: Date;
  body: Buffer;
}

/** The sizes are known without reading bodies, which are fetched for the events of the page alone. */
const pageSql = `
  select e.position, e.event_id, e.ordering_key, e.kind, e.sender, e.received_at, e.body
  from (
    select position, sum(octet_length(body)) over (order by position) - octet_length(body) as bytes_before
    from event
    where stream = $1::smallint and position > $2::bigint and ($3::bigint is null or position <= $3::bigint)
    order by position limit $4::integer
  ) page
  join event e on e.stream = $1::smallint and e.position = page.position
  where page.bytes_before < $5::bigint
  order by e.position`;
