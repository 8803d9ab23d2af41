import { type Connection, openConnection } from './connection.js';
import type { Server } from './config.js';

/** A lock that is not free soon is held by a change to the table; whoever waits for it holds others up. */
const lockTimeoutMs = 1000;

/**
 * A connection in one read-only transaction: all queries see the same state. What PostgreSQL deparses depends on
 * settings, which roles and databases may have changed: the same thing must always give the same text.
 */
export async function openSnapshot(
  server: Server,
  database: string,
  signal: AbortSignal,
): Promise<Connection> {
  const connection = await openConnection(server, database, signal);
  try {
    await connection.run(`
      begin isolation level repeatable read read only;
      set local search_path to '';
      set local statement_timeout to ${Math.ceil(server.statementTimeoutMs)};
      set local lock_timeout to ${lockTimeoutMs};
      set local quote_all_identifiers to off;
      set local datestyle to 'ISO, YMD';
      set local intervalstyle to 'postgres';
      set local timezone to 'UTC';
      set local extra_float_digits to 1;
      set local bytea_output to 'hex';
      set local jit to off`);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
