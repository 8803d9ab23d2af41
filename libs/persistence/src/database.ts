import { setTimeout as wait } from 'node:timers/promises';
import { ConfigurationError, SystemUnavailableError } from '@idaemon/contracts';
import { DataSource, type EntityManager, type MigrationInterface } from 'typeorm';
import { explain, isUnavailable } from './database-errors.js';
import { OutageNotices } from './outage-notices.js';
import type { Parameters, Sql } from './sql.js';
import { Transaction } from './transaction.js';
import { watchedClient, type StatementLimits } from './watched-client.js';

export interface DatabaseOptions {
  /** `postgresql://user:password@host:port/database`; never logged. */
  url: string;
  /** The schema that this app owns; created when missing, first in the search path. */
  schema: string;
  /** In order; the time stamp in a class name orders them (TypeORM's convention). None: a second pool of an app. */
  migrations: (new () => MigrationInterface)[];
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Connections of this process; default 10. */
  poolSize?: number;
  /** Postgres settings of each connection, e.g. `{ statement_timeout: '8s' }`. */
  settings?: Readonly<Record<string, string>>;
  /**
   * A statement that takes longer is broken off, by Postgres itself as long as it answers; default 15 s. Migrations take
   * as long as they take.
   */
  statementLimitMs?: number;
  /** A statement that takes longer makes sure that Postgres is still there; default 15 s. */
  silenceMs?: number;
  /** For few statements that are run very often: each connection keeps them parsed and planned. */
  isPrepared?: boolean;
}

/** An app's Postgres schema: migrated at start, one connection pool, transactions. */
export class Database implements Sql {
  private constructor(
    private readonly source: DataSource,
    private readonly outages: OutageNotices,
  ) {}

  /**
   * Waits for Postgres until `signal` aborts (any start order), then migrates under an advisory lock. `onOutage` is told
   * with each try of that, and later when statements fail because Postgres is away or full, once a minute.
   */
  static async open(
    options: DatabaseOptions,
    signal: AbortSignal,
    onOutage?: (error: SystemUnavailableError) => void,
  ): Promise<Database> {
    for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, 5_000)) {
      try {
        return await Database.#connect(options, onOutage);
      } catch (error) {
        if (!isUnavailable(error)) throw refusal(options.url, error);
        onOutage?.(unavailable(options.url, error));
        await wait(delayMs, undefined, { signal });
      }
    }
  }

  static async #connect(
    options: DatabaseOptions,
    onOutage?: (error: SystemUnavailableError) => void,
  ): Promise<Database> {
    if (options.migrations.length > 0) await migrate(options);
    const { statementLimitMs = 15_000, silenceMs = 15_000, isPrepared, settings } = options;
    // Postgres breaks off first, as long as it hears us: that spares the connection.
    const source = sourceOf(
      { ...options, settings: { statement_timeout: `${statementLimitMs}ms`, ...settings } },
      { limitMs: statementLimitMs + graceMs(statementLimitMs), silenceMs, isPrepared },
    );
    await source.initialize();
    return new Database(source, new OutageNotices(onOutage));
  }

  async rows<Row>(sql: string, parameters: Parameters = []): Promise<Row[]> {
    try {
      return await query<Row>(this.source.manager, sql, parameters);
    } catch (error) {
      throw this.outages.noticed(error);
    }
  }

  async row<Row>(sql: string, parameters: Parameters = []): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, parameters))[0];
  }

  /**
   * Commits when `work` and all its statements have succeeded, rolls back when one fails. Statements that do not wait for
   * each other go to Postgres in one journey.
   */
  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await this.source.transaction((manager) => new Transaction(sqlOf(manager)).run(work));
    } catch (error) {
      throw this.outages.noticed(explain(error));
    }
  }

  async close(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }
}

const graceMs = (limitMs: number): number => Math.min(1_000, limitMs);

function sourceOf(options: DatabaseOptions, limits: StatementLimits): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    applicationName: options.applicationName,
    poolSize: options.poolSize ?? 10,
    migrations: options.migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    installExtensions: false,
    extra: {
      Client: watchedClient(limits),
      // Statements are sent without waiting for the answers of earlier ones.
      pipeline: true,
      options: settingsOf({ search_path: options.schema, ...options.settings }),
      connectionTimeoutMillis: 5_000,
      // These stay open when nobody needs them: whoever asks after a quiet time waits for no log-in.
      min: 4,
      idle_in_transaction_session_timeout: 120_000,
      // A lost host is noticed by idle connections too, after about 20 s instead of two hours.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    },
  });
}

/** As the start-up message takes them; a space within a value is escaped. */
function settingsOf(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`)
    .join(' ');
}

function sqlOf(manager: EntityManager): Pick<Sql, 'rows'> {
  return {
    rows: <Row>(sql: string, parameters: Parameters = []) => query<Row>(manager, sql, parameters),
  };
}

async function query<Row>(manager: EntityManager, sql: string, parameters: Parameters): Promise<Row[]> {
  try {
    const result: unknown = await manager.query(sql, [...parameters]);
    return rowsOf<Row>(result);
  } catch (error) {
    throw explain(error);
  }
}

/** TypeORM answers `[rows, count]` for UPDATE and DELETE, rows for the rest. */
function rowsOf<Row>(result: unknown): Row[] {
  if (!Array.isArray(result)) return [];
  const [first, second] = result as unknown[];
  const hasCount =
    result.length === 2 && Array.isArray(first) && (typeof second === 'number' || second === null);
  return (hasCount ? first : result) as Row[];
}

/** Under an advisory lock, on connections of its own: they wait for each other and for long statements. */
async function migrate(options: DatabaseOptions): Promise<void> {
  const source = sourceOf(
    { ...options, poolSize: 2 },
    { limitMs: Infinity, silenceMs: options.silenceMs ?? 15_000 },
  );
  await source.initialize();
  try {
    await migrateLocked(source, options.schema);
  } finally {
    await source.destroy();
  }
}

async function migrateLocked(source: DataSource, schema: string): Promise<void> {
  const runner = source.createQueryRunner();
  try {
    await runner.query('select pg_advisory_lock(hashtext($1))', [`idaemon:${schema}`]);
    // Asked first: who may not create schemas may be given one, yet "if not exists" asks for the right anyway.
    const found = (await runner.query('select 1 from pg_namespace where nspname = $1', [
      schema,
    ])) as unknown[];
    if (found.length === 0) await runner.query(`create schema if not exists "${schema}"`);
    await source.runMigrations();
  } finally {
    await runner.query('select pg_advisory_unlock_all()').catch(() => undefined);
    await runner.release();
  }
}

/** What a person has to mend before Postgres lets this process in (SQLSTATE class 28, 3D000). */
function refusal(url: string, error: unknown): unknown {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  if (typeof code !== 'string' || !/^(28|3D000)/.test(code)) return error;
  return new ConfigurationError(`Postgres at ${new URL(url).host} refuses this process: ${message}`, {
    cause: error,
    action: 'Correct the user, the password or the database in IDAEMON_POSTGRES_URL and start again.',
  });
}

function unavailable(url: string, error: unknown): SystemUnavailableError {
  const explained = explain(error);
  const action = explained instanceof SystemUnavailableError ? explained.action : undefined;
  return new SystemUnavailableError(`Postgres at ${new URL(url).host}`, { cause: error, action });
}
