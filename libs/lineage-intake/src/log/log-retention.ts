import type { Database, Sql } from '@idaemon/persistence';

export interface LogRetentionSettings {
  keptMs: number;
  keptBytes: number;
}

export interface LogState {
  bytes: number;
  oldestAt: Date | undefined;
}

const batch = 2_000;

/**
 * Removes the oldest events, those that are too old and those beyond the size, in small transactions. Never one that is
 * not yet folded: nothing else knows it.
 */
export class LogRetention {
  constructor(
    private readonly database: Database,
    private readonly settings: LogRetentionSettings,
    private readonly now: () => Date,
  ) {}

  /** How many events were removed. */
  async prune(signal: AbortSignal): Promise<number> {
    let removed = 0;
    const streams = await this.database.rows<{ stream: number }>('select stream from stream order by stream');
    for (const { stream } of streams) {
      for (let count = batch; count === batch && !signal.aborted; removed += count) {
        count = await this.#pruneBatch(stream, streams.length);
      }
    }
    return removed;
  }

  async state(): Promise<LogState> {
    const row = await this.database.row<{ bytes: string; oldestAt: Date | null }>(
      `select sum(s.bytes) as bytes, min((
          select e.received_at from event e where e.stream = s.stream order by e.position limit 1
        )) as "oldestAt" from stream s`,
    );
    return { bytes: Number(row?.bytes ?? 0), oldestAt: row?.oldestAt ?? undefined };
  }

  #pruneBatch(stream: number, streams: number): Promise<number> {
    return this.database.transaction(async (sql) => {
      // One replica at a time.
      const lock = await sql.row<{ isMine: boolean }>(
        `select pg_try_advisory_xact_lock(hashtextextended('lineage retention', $1)) as "isMine"`,
        [stream],
      );
      if (!lock?.isMine) return 0;
      const removed = await this.#removeOldest(sql, stream, streams);
      return removed;
    });
  }

  async #removeOldest(sql: Sql, stream: number, streams: number): Promise<number> {
    const before = new Date(this.now().getTime() - this.settings.keptMs);
    const row = await sql.row<{ count: number; bytes: string; last: string | null }>(removeSql, [
      stream,
      before,
      Math.floor(this.settings.keptBytes / streams),
      batch,
    ]);
    if (!row || row.count === 0) return 0;
    // Last, since whoever appends waits for this row.
    await sql.rows(
      'update stream set bytes = bytes - $2::bigint, removed_to = $3::bigint where stream = $1',
      [stream, row.bytes, row.last],
    );
    return row.count;
  }
}

/** Of the oldest events: those before a time, and those whose removal brings the stream down to its share of the size. */
const removeSql = `
  with oldest as (
    select e.position, e.received_at,
      sum(octet_length(e.body)) over (order by e.position) - octet_length(e.body) as bytes_before
    from event e
    where e.stream = $1::smallint
      and e.position <= (select c.position from fold_cursor c where c.stream = $1::smallint)
    order by e.position limit $4::integer
  ), removed as (
    delete from event e using oldest o
    where e.stream = $1::smallint and e.position = o.position
      and (o.received_at < $2::timestamptz
        or o.bytes_before < (select s.bytes - $3::bigint from stream s where s.stream = $1::smallint))
    returning e.position, octet_length(e.body) as bytes
  )
  select count(*)::int as count, coalesce(sum(bytes), 0) as bytes, max(position) as last from removed`;
