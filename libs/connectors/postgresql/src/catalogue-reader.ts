import {
  databasesQuery,
  relationsQuery,
  schemasQuery,
  serverQuery,
  textsQuery,
} from './catalogue-queries.js';
import type { Connection } from './connection.js';
import { concernsOneRelation } from './database-errors.js';

/** Relations read at once: few enough for any width of table, enough to make round trips cheap. */
const batchSize = 100;

export interface ServerRow {
  versionNumber: number;
  version: string;
  /** The database of this connection. */
  database: string;
  /** Null where the role may not read it. */
  systemId: string | null;
}

export interface DatabaseRow {
  oid: number;
  name: string;
  encoding: string;
  characterType: string;
  collation: string;
  owner: string;
  description: string | null;
}

export interface SchemaRow {
  oid: number;
  name: string;
  owner: string;
  description: string | null;
}

export interface ColumnRow {
  number: number;
  name: string;
  type: string;
  isNullable: boolean;
  identity: '' | 'a' | 'd';
  generated: '' | 's' | 'v';
  description: string | null;
}

/** A primary key or other unique index; `columns` are numbers of columns. */
export interface KeyRow {
  name: string;
  isPrimary: boolean;
  columns: number[];
}

export interface ForeignKeyRow {
  name: string;
  columns: number[];
  schema: string;
  table: string;
  /** Names of the referenced columns, in the order of `columns`. */
  targets: string[];
}

export interface RelationRow {
  oid: number;
  schemaOid: number;
  name: string;
  kind: 'r' | 'p' | 'v' | 'm' | 'f';
  isPartition: boolean;
  isUnlogged: boolean;
  /** As of the last ANALYZE; below zero when there was none. */
  rows: number;
  owner: string;
  description: string | null;
  /** Schema and name. */
  parents: [string, string][] | null;
  foreignServer: string | null;
  columns: ColumnRow[] | null;
  keys: KeyRow[] | null;
  foreignKeys: ForeignKeyRow[] | null;
}

export interface TextsRow {
  oid: number;
  definition: string | null;
  partitionKey: string | null;
  partitionBound: string | null;
  /** Defaults and generation expressions by column number. */
  expressions: Record<string, string> | null;
}

/** A relation with its texts, or with the reason why it could not be read. */
export type ReadRelation = { row: RelationRow } & ({ texts: TextsRow } | { unreadable: string });

export async function serverRow(connection: Connection): Promise<ServerRow> {
  const [row] = await connection.query<ServerRow>(serverQuery);
  if (!row) throw new Error('PostgreSQL answered without a row');
  return row;
}

export function databaseRows(connection: Connection): Promise<DatabaseRow[]> {
  return connection.query<DatabaseRow>(databasesQuery);
}

export function schemaRows(connection: Connection): Promise<SchemaRow[]> {
  return connection.query<SchemaRow>(schemasQuery);
}

/** Reads ahead by one batch while the one before it is used. */
export async function* readRelations(
  connection: Connection,
  schemaOids: readonly number[],
): AsyncGenerator<ReadRelation> {
  await connection.query(`declare relations no scroll cursor for ${relationsQuery}`, [schemaOids]);
  let next = readBatch(connection);
  for (;;) {
    const batch = await next;
    if (batch.length === 0) return;
    next = readBatch(connection);
    // Nobody waits for it when the reader stops here.
    next.catch(() => undefined);
    yield* batch;
  }
}

async function readBatch(connection: Connection): Promise<ReadRelation[]> {
  const rows = await connection.query<RelationRow>(`fetch ${batchSize} from relations`);
  const texts = await textsOf(
    connection,
    rows.map(({ oid }) => oid),
  );
  return rows.map((row) => ({ row, ...(texts.get(row.oid) ?? gone) }));
}

type Texts = { texts: TextsRow } | { unreadable: string };
const gone: Texts = { unreadable: 'it was dropped meanwhile' };

/** All at once; one by one only when one of them cannot be read. */
async function textsOf(connection: Connection, oids: readonly number[]): Promise<Map<number, Texts>> {
  try {
    const rows = await inSavepoint(connection, () => connection.query<TextsRow>(textsQuery, [oids]));
    return new Map(rows.map((texts) => [texts.oid, { texts }]));
  } catch (error) {
    if (!concernsOneRelation(error)) throw error;
    const [oid] = oids;
    if (oids.length === 1 && oid !== undefined) return new Map([[oid, { unreadable: error.message }]]);
  }
  const all = new Map<number, Texts>();
  for (const oid of oids) {
    for (const [key, texts] of await textsOf(connection, [oid])) all.set(key, texts);
  }
  return all;
}

/** Undone afterwards, for the locks that it took: nobody shall wait for a reader to change a table. */
async function inSavepoint<T>(connection: Connection, read: () => Promise<T>): Promise<T> {
  await connection.run('savepoint texts');
  const undo = 'rollback to savepoint texts; release savepoint texts';
  const result = await read().catch(async (error: unknown) => {
    await connection.run(undo);
    throw error;
  });
  await connection.run(undo);
  return result;
}
