import {
  NotFoundError,
  WireError,
  type DeadLetter,
  type List,
  type lineageMessages,
} from '@idaemon/contracts';
import { readEvent } from '@idaemon/open-lineage';
import type { Database, Sql } from '@idaemon/persistence';
import type { z } from 'zod';
import { applyEvents } from '../fold/fold-batch.js';
import { LostRaceError } from '../fold/merge-rows.js';
import { parkReplayed } from './parked-rows.js';

interface LetterRow {
  id: string;
  kind: 'fold' | 'dispatch';
  connector: string | null;
  stream: number;
  position: string;
  ordering_key: string;
  sender: string;
  received_at: Date;
  created_at: Date;
  /** With its microseconds. */
  cursor_at: string;
  attempts: number;
  reason: unknown;
  bytes: number;
  body: Buffer | null;
}

/** Who gave up what has no connector. */
const intakeName = 'lineage-intake';
/** Of a body that goes into an answer; escaped it may be longer. */
const maxShownBytes = 200 * 1024;
const maxPageBytes = 350 * 1024;

/** Events that could not be folded or that a connector refused, newest first, until they are replayed or discarded. */
export class DeadEvents {
  constructor(private readonly database: Database) {}

  async page(query: { connector?: string; pageSize: number; cursor?: string }): Promise<List<DeadLetter>> {
    const after = decodeCursor(query.cursor);
    const { pageSize, connector = null } = query;
    const rows = await this.database.rows<LetterRow>(pageSql, [
      ...[connector, intakeName, after?.at ?? null, after?.id ?? null, pageSize + 1],
    ]);
    const items = withinBytes(rows.slice(0, pageSize).map(letterOf));
    const last = rows[items.length - 1];
    return {
      items,
      total: await this.#count(connector),
      next: rows.length > items.length && last ? encodeCursor(last) : null,
    };
  }

  async get(id: string): Promise<DeadLetter> {
    return letterOf(await letter(this.database, id));
  }

  async discard(id: string): Promise<void> {
    const gone = await this.database.row(`delete from dead_letter where id = $1::uuid returning 1`, [id]);
    if (!gone) throw unknownLetter(id);
  }

  /** Takes the event once more, as it was or repaired. What cannot be folded stays a dead letter: throws the reason. */
  async replay({ id, body }: ReplayRequest): Promise<{ result: 'folded' | 'queued' }> {
    const repaired = body === undefined ? undefined : Buffer.from(body);
    if (repaired) readEvent(repaired);
    for (;;) {
      try {
        return await this.#replayOnce(id, repaired);
      } catch (error) {
        if (!(error instanceof LostRaceError)) throw error;
      }
    }
  }

  #replayOnce(id: string, repaired: Buffer | undefined): Promise<{ result: 'folded' | 'queued' }> {
    return this.database.transaction(async (sql) => {
      const row = await letter(sql, id, 'for update');
      const event = { ...eventOf(row), ...(repaired ? { body: repaired } : {}) };
      await sql.rows(`delete from dead_letter where id = $1::uuid`, [id]);
      if (row.kind === 'dispatch') return queue(sql, row, event);
      const [unfoldable] = await applyEvents(sql, [event]);
      if (unfoldable) throw unfoldable.error;
      return { result: 'folded' };
    });
  }

  async #count(connector: string | null): Promise<number> {
    const row = await this.database.row<{ total: string }>(
      `select count(*) as total from dead_letter where $1::text is null or coalesce(connector, $2) = $1`,
      [connector, intakeName],
    );
    return Number(row?.total ?? 0);
  }
}

type ReplayRequest = Pick<z.output<typeof lineageMessages.replayDeadLetter.request>, 'id' | 'body'>;

/** Its listener finds it among the events that wait; those of its key go on behind it. */
async function queue(
  sql: Sql,
  { connector }: LetterRow,
  event: ReturnType<typeof eventOf>,
): Promise<{ result: 'queued' }> {
  const name = connector ?? '';
  const listens = await sql.row(`select 1 from subscription where connector = $1 limit 1`, [name]);
  if (!listens) {
    throw new NotFoundError(`The connector ${name} does not listen to events any more`, {
      action: 'Discard the dead letter, or make the connector anew and replay it then.',
    });
  }
  await parkReplayed(sql, name, event);
  return { result: 'queued' };
}

async function letter(sql: Sql, id: string, lock = ''): Promise<LetterRow> {
  const row = await sql.row<LetterRow>(
    `select *, octet_length(body) as bytes from dead_letter where id = $1::uuid ${lock}`,
    [id],
  );
  if (row) return row;
  throw unknownLetter(id);
}

function eventOf({ stream, position, ordering_key, sender, received_at, body }: LetterRow) {
  return {
    ...{ stream, position: Number(position), orderingKey: ordering_key, sender },
    ...{ receivedAt: received_at, body: body ?? Buffer.alloc(0) },
  };
}

function letterOf(row: LetterRow): DeadLetter {
  const { id, kind, connector, ordering_key: qualifiedName, sender, attempts, bytes, body } = row;
  const isShown = body !== null && body.length <= maxShownBytes;
  return {
    ...{ id, kind: 'event', qualifiedName, runId: null, connector: connector ?? intakeName },
    at: row.created_at.toISOString(),
    error: WireError.parse(row.reason),
    event: {
      ...{ stage: kind, sender, attempts, bytes, receivedAt: row.received_at.toISOString() },
      ...(isShown ? { body: body.toString() } : {}),
    },
  };
}

const pageSql = `
  select id, kind, connector, stream, position, ordering_key, sender, received_at, created_at,
    created_at::text as cursor_at, attempts, reason,
    octet_length(body) as bytes, null::bytea as body
  from dead_letter
  where ($1::text is null or coalesce(connector, $2) = $1)
    and ($3::timestamptz is null or (created_at, id) < ($3::timestamptz, $4::uuid))
  order by created_at desc, id desc limit $5`;

/** As many as fit into an answer, one at least. */
function withinBytes(letters: DeadLetter[]): DeadLetter[] {
  let bytes = 0;
  const end = letters.findIndex((one) => (bytes += JSON.stringify(one).length) > maxPageBytes);
  return end < 0 ? letters : letters.slice(0, Math.max(1, end));
}

function encodeCursor({ cursor_at: at, id }: LetterRow): string {
  return Buffer.from(JSON.stringify({ at, id })).toString('base64url');
}

function decodeCursor(cursor: string | undefined): { at: string; id: string } | undefined {
  if (cursor === undefined) return undefined;
  try {
    const value = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { at: string; id: string };
    return { at: value.at, id: value.id };
  } catch {
    throw new NotFoundError('The page does not exist', { action: 'List from the first page on.' });
  }
}

function unknownLetter(id: string): NotFoundError {
  return new NotFoundError(`There is no dead letter ${JSON.stringify(id)}`, {
    action: 'It may have been replayed or discarded meanwhile: list the dead letters.',
  });
}
