import { OwnershipLostError } from '@idaemon/contracts';
import type { Database, Sql } from '@idaemon/persistence';

/** Who listens: one part of a connector, which owns some of the streams as long as its epoch is the newest. */
export interface Subscriber {
  connector: string;
  shard: number;
  epoch: number;
  streams: readonly number[];
}

export interface SubscriptionCursor {
  stream: number;
  position: number;
  /** Events that retention had removed before they were read, if any. */
  missed: number;
}

/** The streams that this part of a connector reads. */
export function streamsOf(shard: number, shards: number, streamCount: number): number[] {
  return Array.from({ length: streamCount }, (_, stream) => stream).filter(
    (stream) => stream % shards === shard,
  );
}

/** Takes the streams at this epoch, at the stored cursors; a new subscription begins as it is told. */
export async function subscribe(
  database: Database,
  { connector, shard, epoch, streams }: Subscriber,
  from: 'oldest' | 'now',
): Promise<SubscriptionCursor[]> {
  return database.transaction(async (sql) => {
    const taken = await sql.rows<{ stream: number }>(
      `insert into subscription as s (connector, stream, position, shard, epoch)
       select $1, stream, case when $5 then position else removed_to end, $2::smallint, $3::bigint
       from stream where stream = any($4::smallint[]) order by stream
       on conflict (connector, stream) do update set epoch = excluded.epoch, shard = excluded.shard
         where s.epoch <= excluded.epoch or s.shard <> excluded.shard
       returning stream`,
      [connector, shard, epoch, streams, from === 'now'],
    );
    if (taken.length < streams.length) throw await lostTo(sql, connector, shard);
    return passGaps(sql, connector, streams);
  });
}

/** What retention has taken away is skipped, counted, and stays visible in the row. */
async function passGaps(
  sql: Sql,
  connector: string,
  streams: readonly number[],
): Promise<SubscriptionCursor[]> {
  const rows = await sql.rows<{ stream: number; position: string; missed: string }>(
    `with before as (
       select stream, position from subscription where connector = $1 and stream = any($2::smallint[])
     )
     update subscription s set
       position = greatest(s.position, t.removed_to),
       gap_events = s.gap_events + greatest(t.removed_to - s.position, 0),
       gap_at = case when t.removed_to > s.position then now() else s.gap_at end
     from stream t, before b
     where s.connector = $1 and t.stream = s.stream and b.stream = s.stream
     returning s.stream, s.position, s.position - b.position as missed`,
    [connector, streams],
  );
  return rows.map(({ stream, position, missed }) => ({
    stream,
    position: Number(position),
    missed: Number(missed),
  }));
}

/** Locks the streams against a newer owner until the transaction ends, and moves their cursors. */
export async function moveCursors(
  sql: Sql,
  { connector, shard, epoch, streams }: Subscriber,
  positions: ReadonlyMap<number, number>,
): Promise<void> {
  const held = await sql.rows(
    `update subscription s set position = greatest(s.position, v.position), moved_at = now()
     from unnest($4::smallint[], $5::bigint[]) v (stream, position)
     where s.connector = $1 and s.shard = $2 and s.epoch = $3 and s.stream = v.stream
     returning s.stream`,
    [connector, shard, epoch, streams, streams.map((stream) => positions.get(stream) ?? 0)],
  );
  if (held.length < streams.length) throw await lostTo(sql, connector, shard);
}

/** As `moveCursors`, for what moves none. */
export async function holdStream(
  sql: Sql,
  { connector, shard, epoch }: Subscriber,
  stream: number,
): Promise<void> {
  const held = await sql.row(
    `select 1 from subscription
     where connector = $1 and shard = $2 and epoch = $3 and stream = $4 for share`,
    [connector, shard, epoch, stream],
  );
  if (!held) throw await lostTo(sql, connector, shard);
}

async function lostTo(sql: Sql, connector: string, shard: number): Promise<OwnershipLostError> {
  const row = await sql.row<{ epoch: string | null }>(
    `select max(epoch) as epoch from subscription where connector = $1 and shard = $2`,
    [connector, shard],
  );
  const newest = row?.epoch ?? null;
  return new OwnershipLostError(`Another instance reads the events of ${connector}`, {
    ...(newest === null ? {} : { epoch: Number(newest) }),
  });
}

/** The newest position of each stream that is committed, and up to where retention has removed events. */
export async function streamEnds(
  sql: Sql,
  streams: readonly number[],
): Promise<Map<number, { position: number; removedTo: number }>> {
  const rows = await sql.rows<{ stream: number; position: string; removed_to: string }>(
    `select stream, position, removed_to from stream where stream = any($1::smallint[])`,
    [streams],
  );
  return new Map(
    rows.map((row) => [row.stream, { position: Number(row.position), removedTo: Number(row.removed_to) }]),
  );
}

/** Retention has overtaken a listener at its work. The cursor moves with it, so that nobody counts the gap again. */
export async function noteGap(
  sql: Sql,
  { connector, shard, epoch }: Subscriber,
  stream: number,
  { missed, removedTo }: { missed: number; removedTo: number },
): Promise<void> {
  const held = await sql.row(
    `update subscription
     set gap_events = gap_events + $5, gap_at = now(), position = greatest(position, $6::bigint)
     where connector = $1 and shard = $2 and epoch = $3 and stream = $4 returning 1`,
    [connector, shard, epoch, stream, missed, removedTo],
  );
  if (!held) throw await lostTo(sql, connector, shard);
}
