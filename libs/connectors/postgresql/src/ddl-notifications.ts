import { readFile } from 'node:fs/promises';
import { ConfigurationError, NotAuthorizedError } from '@idaemon/connector-kit';
import { cataloguedDatabases } from './catalogue.js';
import type { PostgresqlConfig, Server } from './config.js';
import { openConnection, type Connection } from './connection.js';
import type { NameFilter } from './name-filter.js';

type Options = NonNullable<PostgresqlConfig['notifications']>;

const installedQuery = `
  select pg_is_in_recovery() as "isStandby",
    (select count(*)::int from pg_event_trigger
      where evtname in ('idaemon_changed', 'idaemon_dropped') and evtenabled <> 'D') = 2 as "isInstalled"`;

interface Listening {
  server: Server;
  filter: NameFilter;
  options: Options;
  signal: AbortSignal;
  /** Something changed, or may have while nobody listened. */
  onChange: () => void;
}

/** Listens in all catalogued databases until the signal aborts; rejects when one of them cannot be listened to. */
export async function listenForChanges(listening: Listening): Promise<void> {
  const { server, filter, signal } = listening;
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const databases = await databasesOf(server, filter, signal);
  const listeners = databases.map((database) => listenIn(database, { ...listening, signal: either }));
  try {
    await Promise.all(listeners);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    failed.abort();
    await Promise.allSettled(listeners);
  }
}

async function databasesOf(server: Server, filter: NameFilter, signal: AbortSignal): Promise<string[]> {
  const connection = await openConnection(server, server.database, signal);
  try {
    return await cataloguedDatabases(connection, filter);
  } finally {
    await connection.close();
  }
}

async function listenIn(database: string, { server, options, signal, onChange }: Listening): Promise<void> {
  const connection = await openConnection(server, database, signal);
  try {
    await ensureInstalled(connection, server, database, options);
    connection.onNotification(onChange);
    await connection.run('listen idaemon_ddl');
    onChange();
    await connection.lost();
  } finally {
    await connection.close();
  }
}

async function ensureInstalled(
  connection: Connection,
  { address }: Server,
  database: string,
  { install }: Options,
): Promise<void> {
  const [found] = await connection.query<{ isStandby: boolean; isInstalled: boolean }>(installedQuery);
  const thing = `Database "${database}" of PostgreSQL at ${address}`;
  if (found?.isStandby)
    throw new ConfigurationError(`${thing} is a standby, which sends no notifications`, {
      action: 'Take "notifications" out of the configuration, or name the primary in "url".',
    });
  if (found?.isInstalled) return;
  const action =
    'Have a superuser run ddl-notifications.sql of this connector in the database, ' +
    'or take "notifications" out of the configuration.';
  if (!install) throw new ConfigurationError(`${thing} has no event triggers of idaemon`, { action });
  const statements = await readFile(new URL('ddl-notifications.sql', import.meta.url), 'utf8');
  await connection.run(statements).catch((error: unknown) => {
    if (!(error instanceof NotAuthorizedError)) throw error;
    throw new NotAuthorizedError(error.message, { cause: error, action });
  });
}
