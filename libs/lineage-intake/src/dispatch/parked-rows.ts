import { toWireError, type IdaemonError } from '@idaemon/contracts';
import { eventIdOf } from '@idaemon/open-lineage';
import { storableJson, type Sql } from '@idaemon/persistence';
import type { HandedEvent } from './received-event.js';

/** An event that waits: for its next try, or behind an older one of its key. */
export interface ParkedEvent extends HandedEvent {
  attempts: number;
  /** With its microseconds: tells it from what a replay has put in its place meanwhile. */
  parkedAt: string;
}

/** Why the event waits; none: another of its key does. */
export interface ParkReason {
  error: IdaemonError;
  attempts: number;
  retryInMs: number;
}

/** Parking twice is parking once: events are read again after a crash. */
export async function park(
  sql: Sql,
  connector: string,
  { stream, position, orderingKey, sender, receivedAt, body }: HandedEvent,
  reason?: ParkReason,
): Promise<void> {
  await sql.rows(
    `insert into parked
       (connector, stream, position, ordering_key, sender, received_at, body, attempts, next_try_at, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9::double precision), $10)
     on conflict do nothing`,
    [
      ...[connector, stream, position, orderingKey, sender, receivedAt, body],
      ...[reason?.attempts ?? 0, (reason?.retryInMs ?? 0) / 1000, reason ? storedError(reason.error) : null],
    ],
  );
}

/** A dead letter that is replayed: in place of the same event if that waits already, and tried anew. */
export async function parkReplayed(
  sql: Sql,
  connector: string,
  { stream, position, orderingKey, sender, receivedAt, body }: HandedEvent,
): Promise<void> {
  await sql.rows(
    `insert into parked (connector, stream, position, ordering_key, sender, received_at, body, parked_at)
     values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())
     on conflict (connector, stream, position) do update
       set body = excluded.body, attempts = 0, next_try_at = now(), reason = null, parked_at = excluded.parked_at`,
    [connector, stream, position, orderingKey, sender, receivedAt, body],
  );
}

/** The ordering keys that wait at these streams, and how many events do. */
export async function heldKeys(
  sql: Sql,
  connector: string,
  streams: readonly number[],
): Promise<Map<string, number>> {
  const rows = await sql.rows<{ ordering_key: string; events: number }>(
    `select ordering_key, count(*)::integer as events from parked
     where connector = $1 and stream = any($2::smallint[]) group by ordering_key`,
    [connector, streams],
  );
  return new Map(rows.map(({ ordering_key: key, events }) => [key, events]));
}

/** The keys whose oldest event is due, the longest waiting first. */
export async function dueKeys(
  sql: Sql,
  connector: string,
  streams: readonly number[],
  limit: number,
): Promise<{ stream: number; orderingKey: string }[]> {
  const rows = await sql.rows<{ stream: number; ordering_key: string }>(
    `select stream, ordering_key from (
       select distinct on (md5(ordering_key)) stream, ordering_key, next_try_at from parked
       where connector = $1 and stream = any($2::smallint[])
       order by md5(ordering_key), stream, position
     ) oldest
     where next_try_at <= now() order by next_try_at limit $3`,
    [connector, streams, limit],
  );
  return rows.map(({ stream, ordering_key: orderingKey }) => ({ stream, orderingKey }));
}

/** The oldest event of a key that waits. */
export async function oldestOf(
  sql: Sql,
  connector: string,
  stream: number,
  orderingKey: string,
): Promise<ParkedEvent | undefined> {
  const row = await sql.row<{
    position: string;
    sender: string;
    received_at: Date;
    body: Buffer;
    attempts: number;
    parked_at: string;
  }>(
    `select position, sender, received_at, body, attempts, parked_at::text as parked_at from parked
     where connector = $1 and md5(ordering_key) = md5($3) and stream = $2 and ordering_key = $3
     order by position limit 1`,
    [connector, stream, orderingKey],
  );
  if (!row) return undefined;
  const { position, sender, received_at: receivedAt, body, attempts, parked_at: parkedAt } = row;
  return { stream, orderingKey, position: Number(position), sender, receivedAt, body, attempts, parkedAt };
}

/** Whether it still was there: not when it was replayed, perhaps repaired, since it was read. */
export async function unpark(
  sql: Sql,
  connector: string,
  { stream, position, parkedAt }: ParkedEvent,
): Promise<boolean> {
  const gone = await sql.row(
    `delete from parked
     where connector = $1 and stream = $2 and position = $3 and parked_at = $4::timestamptz returning 1`,
    [connector, stream, position, parkedAt],
  );
  return gone !== undefined;
}

export async function parkAgain(
  sql: Sql,
  connector: string,
  { stream, position, parkedAt }: ParkedEvent,
  { error, attempts, retryInMs }: ParkReason,
): Promise<void> {
  await sql.rows(
    `update parked set attempts = $4, reason = $5,
       next_try_at = now() + make_interval(secs => $6::double precision)
     where connector = $1 and stream = $2 and position = $3 and parked_at = $7::timestamptz`,
    [connector, stream, position, attempts, storedError(error), retryInMs / 1000, parkedAt],
  );
}

/** Given up: from the parked events to the dead letters. Whether it was, see `unpark`. */
export async function giveUp(
  sql: Sql,
  connector: string,
  event: ParkedEvent,
  { error, attempts }: Omit<ParkReason, 'retryInMs'>,
): Promise<boolean> {
  const { stream, position, orderingKey, sender, receivedAt, body } = event;
  if (!(await unpark(sql, connector, event))) return false;
  await sql.rows(
    `insert into dead_letter
       (kind, connector, stream, position, event_id, ordering_key, sender, received_at, body, reason, attempts)
     values ('dispatch', $1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10)
     on conflict (stream, position, coalesce(connector, '')) do update
       set body = excluded.body, reason = excluded.reason, attempts = excluded.attempts, created_at = now()`,
    [
      ...[connector, stream, position, eventIdOf(body), orderingKey, sender, receivedAt, body],
      ...[storedError(error), attempts],
    ],
  );
  return true;
}

function storedError(error: IdaemonError): string {
  return storableJson(toWireError(error));
}
