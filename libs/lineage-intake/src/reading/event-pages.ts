import { MalformedEventError, readEvent } from '@idaemon/open-lineage';
import type { Sql } from '@idaemon/persistence';
import { streamCount } from '../log/append-events.js';
import { readEventPage } from '../log/event-page.js';
import { z } from 'zod';
import { BadQueryError } from './bad-query.error.js';

export interface EventList {
  /** Received before, or after, these times. */
  before: string | undefined;
  after: string | undefined;
  isNewestFirst: boolean;
  limit: number;
  offset: number;
}

/** Events as their original texts. */
export interface EventTexts {
  events: string[];
  total: number;
}

interface EventRow {
  stream: number;
  position: string;
  body: Buffer;
}

const maxBytes = 16 * 1024 * 1024;

/** Events in the order in which they were received. `total` counts what the log keeps, about: positions have gaps. */
export async function listEvents(sql: Sql, list: EventList): Promise<EventTexts> {
  const { before, after, isNewestFirst, limit, offset } = list;
  const rows = await sql.rows<EventRow>(listSql(isNewestFirst ? 'desc' : 'asc'), [
    before ?? null,
    after ?? null,
    limit + offset,
    limit,
    offset,
    maxBytes,
  ]);
  const counted = await sql.row<{ total: string }>('select sum(position - removed_to) as total from stream');
  return { events: rows.map(({ body }) => textOf(body)), total: Number(counted?.total) };
}

/** By stream: the position up to which everything was given. */
export type Positions = Record<string, number>;

export interface Following {
  events: string[];
  positions: Positions;
}

/** The last events, oldest first, and where what comes next begins. */
export async function lastEvents(sql: Sql, count: number, namespace: string | undefined): Promise<Following> {
  const heads = await sql.rows<{ stream: number; position: string }>('select stream, position from stream');
  const positions = Object.fromEntries(heads.map(({ stream, position }) => [stream, Number(position)]));
  const rows = await sql.rows<EventRow>(listSql('desc'), [null, null, count, count, 0, maxBytes]);
  // What was added since the heads were read comes with the next page.
  const settled = rows.filter(({ stream, position }) => Number(position) <= (positions[stream] ?? 0));
  const events = settled.reverse().filter(({ body }) => isOf(namespace, body));
  return { events: events.map(({ body }) => textOf(body)), positions };
}

/** What was received after these positions, stream by stream. */
export async function eventsAfter(
  sql: Sql,
  from: Positions,
  namespace: string | undefined,
): Promise<Following> {
  const positions: Positions = {};
  const found: { at: Date; body: Buffer }[] = [];
  for (const [stream, after] of Object.entries(from)) {
    const page = await readEventPage(sql, {
      stream: Number(stream),
      after,
      limit: 200,
      maxBytes: maxBytes / 8,
    });
    positions[stream] = page.at(-1)?.position ?? after;
    found.push(...page.map(({ receivedAt, body }) => ({ at: receivedAt, body })));
  }
  const events = found
    .filter(({ body }) => isOf(namespace, body))
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  return { events: events.map(({ body }) => textOf(body)), positions };
}

export function cursorOf(positions: Positions): string {
  return Buffer.from(JSON.stringify(positions)).toString('base64url');
}

/** One query for each stream, and one stream by no other name, e.g. with a zero before it. */
const Cursor = z
  .record(z.string().regex(/^(0|[1-9]\d{0,3})$/), z.number().int().min(0))
  .refine((positions) => Object.keys(positions).every((stream) => Number(stream) < streamCount));

export function positionsOf(cursor: string): Positions {
  const positions = Cursor.safeParse(parsed(cursor));
  if (positions.success) return positions.data;
  throw new BadQueryError('cursor', 'is none that was answered here; begin again without it');
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function isOf(namespace: string | undefined, body: Buffer): boolean {
  if (namespace === undefined) return true;
  try {
    return readEvent(body).namespaces.includes(namespace);
  } catch (error) {
    if (error instanceof MalformedEventError) return false;
    throw error;
  }
}

const byteOrderMark = '\uFEFF';

function textOf(body: Buffer): string {
  const text = body.toString();
  return text.startsWith(byteOrderMark) ? text.slice(1) : text;
}

/** The first of each stream by its index, then the first of these; bodies are fetched for those that are given. */
function listSql(order: 'asc' | 'desc'): string {
  return `
    select e.stream, e.position, e.body from (
      select picked.*, sum(picked.bytes) over (order by picked.received_at ${order}, picked.stream, picked.position ${order})
        - picked.bytes as bytes_before
      from (
        select found.* from stream s, lateral (
          select stream, position, received_at, octet_length(body) as bytes from event
          where stream = s.stream and ($1::timestamptz is null or received_at < $1)
            and ($2::timestamptz is null or received_at >= $2)
          order by position ${order} limit $3::integer
        ) found
        order by found.received_at ${order}, found.stream, found.position ${order} limit $4::integer offset $5::integer
      ) picked
    ) sized
    join event e on e.stream = sized.stream and e.position = sized.position
    where sized.bytes_before < $6::bigint
    order by sized.received_at ${order}, sized.stream, sized.position ${order}`;
}
