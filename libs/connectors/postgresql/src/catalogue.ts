import { ConfigurationError, NotAuthorizedError } from '@idaemon/connector-kit';
import {
  databaseRows,
  readRelations,
  schemaRows,
  serverRow,
  type DatabaseRow,
  type ServerRow,
} from './catalogue-reader.js';
import type { Server } from './config.js';
import type { Connection } from './connection.js';
import type { NameFilter } from './name-filter.js';
import { openSnapshot } from './snapshot.js';
import { tableElements } from './table-elements.js';
import {
  databaseElement,
  databaseName,
  managerElement,
  schemaElements,
  type DatabaseElement,
  type Place,
  tableName,
} from './to-elements.js';

const oldestVersion = 120_000;

export interface Reading {
  server: Server;
  filter: NameFilter;
  signal: AbortSignal;
  /** What could not be read: the qualified name of a database or a table. */
  unread: (what: { databases: string } | { tables: string }, reason: string) => Promise<void>;
}

/** Everything that the filter lets through, from the server down to columns. */
export async function* catalogueOf(reading: Reading): AsyncGenerator<DatabaseElement> {
  const { server, filter, signal } = reading;
  const connection = await openSnapshot(server, server.database, signal);
  let others: DatabaseRow[];
  let about: ServerRow;
  try {
    about = await checkedServer(connection, server);
    const databases = (await databaseRows(connection)).filter(({ name }) => filter.database(name));
    others = databases.filter(({ name }) => name !== about.database);
    yield managerElement(server.address, about);
    for (const database of databases) {
      if (database.name === about.database) yield* databaseWithContent(reading, connection, about, database);
    }
  } finally {
    await connection.close();
  }
  for (const database of others) yield* otherDatabase(reading, about, database);
}

/** Names of the databases that are catalogued. */
export async function cataloguedDatabases(connection: Connection, filter: NameFilter): Promise<string[]> {
  return (await databaseRows(connection)).map(({ name }) => name).filter(filter.database);
}

export async function checkedServer(connection: Connection, { address }: Server): Promise<ServerRow> {
  const about = await serverRow(connection);
  if (about.versionNumber >= oldestVersion) return about;
  throw new ConfigurationError(
    `PostgreSQL at ${address} is of version ${about.version}, and 12 is the oldest`,
  );
}

async function* otherDatabase(
  reading: Reading,
  about: ServerRow,
  row: DatabaseRow,
): AsyncGenerator<DatabaseElement> {
  const { server, signal, unread } = reading;
  const connection = await openSnapshot(server, row.name, signal).catch((error: unknown) => {
    if (error instanceof NotAuthorizedError || error instanceof ConfigurationError) return error;
    throw error;
  });
  if (connection instanceof Error) {
    yield databaseElement(placeOf(server, about, row), row, about);
    return unread({ databases: databaseName(server.address, row.name) }, connection.message);
  }
  try {
    yield* databaseWithContent(reading, connection, about, row);
  } finally {
    await connection.close();
  }
}

async function* databaseWithContent(
  { server, filter, unread }: Reading,
  connection: Connection,
  about: ServerRow,
  row: DatabaseRow,
): AsyncGenerator<DatabaseElement> {
  const place = placeOf(server, about, row);
  yield databaseElement(place, row, about);

  const schemas = new Map<number, string>();
  for (const schema of await schemaRows(connection)) {
    if (!filter.schema(schema.name)) continue;
    schemas.set(schema.oid, schema.name);
    yield* schemaElements(place, schema);
  }
  for await (const relation of readRelations(connection, [...schemas.keys()])) {
    const { name, schemaOid } = relation.row;
    const schema = schemas.get(schemaOid);
    if (schema === undefined || !filter.table(schema, name)) continue;
    if ('texts' in relation) yield* tableElements(place, schema, relation, filter);
    else await unread({ tables: tableName(place, schema, name) }, relation.unreadable);
  }
}

function placeOf({ address }: Server, { systemId }: ServerRow, { oid, name }: DatabaseRow): Place {
  return { address, systemId: systemId ?? address, database: { oid, name } };
}
