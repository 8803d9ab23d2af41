import type { Database, Sql } from '@idaemon/persistence';

/** What is kept, and how long. */
export interface RetentionSettings {
  /** Superseded versions of each element. */
  versions: number;
  changesMs: number;
  changesRows: number;
  runsMs: number;
  removedVersionsMs: number;
  deadLettersMs: number;
}

/** Rows of one statement: writers wait for no longer than some ten milliseconds. */
const atOnce = 10_000;
/** Longer than any run takes: what the removal guard and running sessions ask of it is younger. */
const recentRemovalsMs = 24 * 3_600_000;

/** Rows that were removed, by table. */
export type Pruned = Record<string, number>;

/** Removes what is older than it is kept, table by table, in small transactions. Several replicas may do it at once. */
export class Retention {
  constructor(
    private readonly database: Database,
    private readonly settings: RetentionSettings,
    private readonly now: () => Date,
  ) {}

  async prune(signal: AbortSignal): Promise<Pruned> {
    const { changesMs, changesRows, runsMs, removedVersionsMs, deadLettersMs } = this.settings;
    const pruned: Pruned = {};
    const step = async (table: string, work: () => Promise<Step>) => {
      for (let isMore = true; isMore && !signal.aborted;) {
        const step = await work();
        pruned[table] = (pruned[table] ?? 0) + step.rows;
        ({ isMore } = step);
      }
    };
    await step('element_history', () => this.#supersededVersions());
    await step('element_history', () => this.#removedVersions(this.#before(removedVersionsMs)));
    await step('change_feed', () => this.#changes(this.#before(changesMs), changesRows));
    await step('run_report', () => this.#older('run_report', 'reported_at', runsMs));
    await step('run_difference', () => this.#older('run_difference', 'at', runsMs));
    await step('dead_letter', () => this.#older('dead_letter', 'at', deadLettersMs));
    await step('recent_removal', () => this.#older('recent_removal', 'removed_at', recentRemovalsMs));
    return pruned;
  }

  #before(keptMs: number): Date {
    return new Date(this.now().getTime() - keptMs);
  }

  #older(table: string, column: string, keptMs: number): Promise<Step> {
    return remove(
      this.database,
      `delete from ${table} where ctid = any (array(
         select ctid from ${table} where ${column} < $1 limit ${atOnce})) returning 1`,
      [this.#before(keptMs)],
    );
  }

  /** Only of the elements that changed since the last time: the feed names them. */
  #supersededVersions(): Promise<Step> {
    return this.database.transaction(async (sql) => {
      const range = await nextRange(sql);
      if (!range) return { rows: 0, isMore: false };
      const { from, to } = range;
      const { rows } = await remove(
        sql,
        `delete from element_history h using element e
         where e.guid in (select guid from change_feed where position > $1 and position <= $2 and kind <> 'created')
           and h.guid = e.guid and h.version < e.version - $3 returning 1`,
        [from, to, this.settings.versions],
      );
      await sql.rows("update feed_progress set position = $1 where consumer = 'history'", [to]);
      return { rows, isMore: to - from === atOnce };
    });
  }

  /** Versions of elements that were removed long ago. */
  #removedVersions(before: Date): Promise<Step> {
    return remove(
      this.database,
      `delete from element_history h where ctid = any (array(
         select h.ctid from element_history h where h.valid_to < $1
           and exists (select from element_history r
             where r.guid = h.guid and r.is_removal and r.valid_to < $1)
           and not exists (select from element e where e.guid = h.guid)
         limit ${atOnce})) returning 1`,
      [before],
    );
  }

  /** The oldest of the feed, up to the first that is kept: what is pruned has no holes. */
  #changes(before: Date, maxRows: number): Promise<Step> {
    return this.database.transaction(async (sql) => {
      const head = await sql.row<{ position: string; pruned: string }>(
        'select position, pruned from feed_head',
      );
      const pruned = Number(head?.pruned ?? 0);
      const upTo = Math.min(pruned + atOnce, Number(head?.position ?? 0));
      const tooMany = Math.min(upTo, Number(head?.position ?? 0) - maxRows);
      const kept = await sql.row<{ first: string | null }>(
        'select min(position) as first from change_feed where position > $1 and position <= $2 and at >= $3',
        [Math.max(pruned, tooMany), upTo, before],
      );
      const last = kept?.first ? Number(kept.first) - 1 : upTo;
      if (last <= pruned) return { rows: 0, isMore: false };
      await sql.rows('delete from change_feed where position <= $1', [last]);
      // Last, since writers of the feed wait for this row.
      await sql.rows('update feed_head set pruned = greatest(pruned, $1)', [last]);
      return { rows: last - pruned, isMore: last - pruned === atOnce };
    });
  }
}

interface Step {
  rows: number;
  /** It took as much as it takes at once. */
  isMore: boolean;
}

async function remove(sql: Sql, statement: string, parameters: unknown[]): Promise<Step> {
  const rows = (await sql.rows(statement, parameters)).length;
  return { rows, isMore: rows === atOnce };
}

/** The positions of the feed that nobody has looked at for old versions, as many as are done at once. */
async function nextRange(sql: Sql): Promise<{ from: number; to: number } | undefined> {
  const progress = await sql.row<{ position: string }>(
    "select position from feed_progress where consumer = 'history' for update skip locked",
  );
  const head = await sql.row<{ position: string; pruned: string }>('select position, pruned from feed_head');
  if (!progress || !head) return undefined;
  const from = Math.max(Number(progress.position), Number(head.pruned));
  const to = Math.min(Number(head.position), from + atOnce);
  return to > from ? { from, to } : undefined;
}
