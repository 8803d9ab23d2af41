import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import type { Client } from 'pg';
import type { Server } from './config.js';
import { explained, isTlsRefusal } from './database-errors.js';
import { tlsOptions } from './tls-options.js';

const connectTimeoutMs = 10_000;
const endTimeoutMs = 500;
/** So that a server that is gone without a word is noticed while nobody asks it anything. */
const keepAliveDelayMs = 30_000;

interface Login {
  server: Server;
  database: string;
  signal: AbortSignal;
  tls: ConnectionOptions | false;
  /** Whether the server is told to end what runs when the signal aborts. */
  cancelsQueries: boolean;
}

/** Opens a session at a database. When the signal aborts, it ends at once, at the server too. */
export function openConnection(server: Server, database: string, signal: AbortSignal): Promise<Connection> {
  return open({ server, database, signal, cancelsQueries: true });
}

async function open(login: Omit<Login, 'tls'>): Promise<Connection> {
  const { server, database, signal } = login;
  signal.throwIfAborted();
  const tls = await tlsOptions(server);
  try {
    return await openEncryptedOrNot({ ...login, tls });
  } catch (error) {
    throw signal.aborted ? signal.reason : explained(error, server, database);
  }
}

async function openEncryptedOrNot(login: Login): Promise<Connection> {
  try {
    return await Connection.open(login);
  } catch (error) {
    if (login.server.ssl.mode !== 'prefer' || !isTlsRefusal(error)) throw error;
    return Connection.open({ ...login, tls: false });
  }
}

export class Connection {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #login: Login;
  readonly #ended: Promise<never>;
  #processId: number | undefined;
  #running = 0;
  #cancelled: Promise<void> | undefined;

  private constructor(client: Client, socket: Socket, login: Login) {
    this.#client = client;
    this.#socket = socket;
    this.#login = login;
    // Without a listener an error would end the process; whoever waits for `lost` hears of it.
    client.on('error', () => undefined);
    this.#ended = new Promise((_resolve, reject) => {
      client.once('error', reject);
      client.once('end', () => reject(new Error('the connection ended')));
    });
    this.#ended.catch(() => undefined);
    login.signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** Rejects with the driver's error. */
  static async open(login: Login): Promise<Connection> {
    const { default: pg } = await import('pg');
    const { host, port, user, password } = login.server;
    const socket = new Socket();
    const client = new pg.Client({
      ...{ host, port, user, database: login.database, ssl: login.tls, stream: () => socket },
      // A function, as the driver would look for a missing one in the environment and in files.
      password: () => password ?? '',
      application_name: 'idaemon',
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: keepAliveDelayMs,
    });
    const connection = new Connection(client, socket, login);
    try {
      await client.connect();
      const { rows } = await client.query<{ id: number }>('select pg_backend_pid() as id');
      connection.#processId = rows[0]?.id;
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]> {
    this.#login.signal.throwIfAborted();
    this.#running++;
    try {
      return (await this.#client.query<Row>(sql, values)).rows;
    } catch (error) {
      throw this.#told(error);
    } finally {
      this.#running--;
    }
  }

  /** Several statements at once, without results. */
  async run(statements: string): Promise<void> {
    await this.query(statements);
  }

  onNotification(listener: () => void): void {
    this.#client.on('notification', listener);
  }

  /** Rejects when the connection is lost or the signal aborts. */
  lost(): Promise<never> {
    return this.#ended.catch((error: unknown) => {
      throw this.#told(error);
    });
  }

  async close(): Promise<void> {
    this.#login.signal.removeEventListener('abort', this.#abort);
    const inTime = new AbortController();
    const timeout = sleep(endTimeoutMs, undefined, { signal: inTime.signal }).catch(() => undefined);
    await Promise.race([this.#client.end(), timeout]);
    inTime.abort();
    this.#socket.destroy();
    await this.#cancelled;
  }

  #told(error: unknown): unknown {
    const { signal, server, database } = this.#login;
    return signal.aborted ? signal.reason : explained(error, server, database);
  }

  // A field, as it is a listener.
  readonly #abort = () => {
    if (this.#login.cancelsQueries && this.#running && this.#processId !== undefined)
      this.#cancelled = cancelAtServer(this.#login, this.#processId);
    this.#socket.destroy();
  };
}

/** The server would go on with the query until it has something to send. It may fail: statements time out anyway. */
async function cancelAtServer({ server, database }: Login, processId: number): Promise<void> {
  const signal = AbortSignal.timeout(endTimeoutMs);
  try {
    const connection = await open({ server, database, signal, cancelsQueries: false });
    await connection.query('select pg_cancel_backend($1)', [processId]);
    await connection.close();
  } catch {
    return;
  }
}
