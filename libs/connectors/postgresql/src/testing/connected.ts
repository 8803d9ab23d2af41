import { delegating, startConnector, type RunningConnector } from '@idaemon/connector-testing';
import { onTestFinished } from 'vitest';
import type { z } from 'zod';
import type { SessionPort } from '@idaemon/connector-kit';
import type { PostgresqlConfig } from '../config.js';
import { postgresql } from '../postgresql.connector.js';
import { testDatabase, type TestDatabase } from './database.js';

type Config = Partial<z.input<typeof PostgresqlConfig>>;

export interface Connected extends RunningConnector {
  database: TestDatabase;
  /** `table('sales.orders')`: its qualified name. */
  table: (name: string) => string;
  column: (name: string) => string;
  schema: (name: string) => string;
}

/** A database with the connector on it, both gone when the test is. */
export async function connected(sql: string, config: Config = {}): Promise<Connected> {
  const database = await databaseOfTest(sql);
  return { ...(await connectTo(database, config)), database, ...namesIn(database) };
}

export async function databaseOfTest(sql: string): Promise<TestDatabase> {
  const database = await testDatabase(sql);
  onTestFinished(() => database.drop());
  return database;
}

export async function connectTo(database: TestDatabase, config: Config = {}): Promise<RunningConnector> {
  const connector = await startConnector(postgresql, {
    config: { url: database.url, ...config },
    secrets: { password: database.password },
  });
  onTestFinished(() => connector.stop());
  return connector;
}

export function namesIn({ address, name }: TestDatabase): Pick<Connected, 'table' | 'column' | 'schema'> {
  const named = (type: string) => (path: string) => `${type}::${address}/${name}.${path}`;
  return {
    table: named('RelationalTable'),
    column: named('RelationalColumn'),
    schema: named('DeployedDatabaseSchema'),
  };
}

/** A session in which something is done before each write. */
export function beforeWrite(act: (collection: string) => Promise<void>): (port: SessionPort) => SessionPort {
  return (port) =>
    delegating(port, {
      async write(collection, scope, element) {
        await act(collection);
        await port.write(collection, scope, element);
      },
    });
}
