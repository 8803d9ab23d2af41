import type { TaggedElement } from '@idaemon/connector-kit';
import type { databaseIntegrator } from '@idaemon/integration-services';
import type { DatabaseRow, SchemaRow, ServerRow } from './catalogue-reader.js';
import { dotted, locator, qualifiedName } from './names.js';

type Collections = typeof databaseIntegrator.collections;
export type DatabaseElement = TaggedElement<Collections, keyof Collections>;

/** Where an element is: names for people, the server's own numbers for renames. */
export interface Place {
  address: string;
  systemId: string;
  database: { oid: number; name: string };
}

export function tableName({ address, database }: Place, schema: string, table: string): string {
  return qualifiedName('RelationalTable', address, [database.name, schema, table]);
}

export function managerElement(address: string, { version }: ServerRow): DatabaseElement {
  return {
    databaseManagers: {
      qualifiedName: qualifiedName('DatabaseManager', address),
      name: `PostgreSQL at ${address}`,
      deployedImplementationType: 'PostgreSQL Server',
      capabilityType: 'PostgreSQL',
      capabilityVersion: version,
    },
  };
}

export function databaseElement(place: Place, row: DatabaseRow, { version }: ServerRow): DatabaseElement {
  const { address } = place;
  return {
    databases: {
      typeName: 'RelationalDatabase',
      qualifiedName: databaseName(address, row.name),
      sourceKey: sourceKey(place),
      locators: [locator(address, [row.name])],
      parent: { databaseManagers: qualifiedName('DatabaseManager', address) },
      name: row.name,
      ...describedBy(row.description),
      deployedImplementationType: 'PostgreSQL Relational Database',
      databaseVersion: version,
      instance: address,
      pathName: `postgresql://${address}/${encodeURIComponent(row.name)}`,
      additionalProperties: { owner: row.owner, collation: row.collation },
      classifications: { DataStoreEncoding: { encoding: row.encoding, language: row.characterType } },
    },
  };
}

export function* schemaElements(place: Place, row: SchemaRow): Generator<DatabaseElement> {
  const { address, database } = place;
  const path = [database.name, row.name];
  const name = qualifiedName('DeployedDatabaseSchema', address, path);
  yield {
    databaseSchemas: {
      qualifiedName: name,
      sourceKey: sourceKey(place, 'schema', row.oid),
      locators: [locator(address, path)],
      parent: { databases: databaseName(address, database.name) },
      name: row.name,
      ...describedBy(row.description),
      deployedImplementationType: 'PostgreSQL Relational Database Schema',
      additionalProperties: { owner: row.owner },
    },
  };
  yield {
    schemaTypes: {
      qualifiedName: schemaTypeName(place, row.name),
      sourceKey: sourceKey(place, 'schema-type', row.oid),
      parent: { databaseSchemas: name },
      displayName: `Tables of ${dotted(path)}`,
    },
  };
}

export function databaseName(address: string, database: string): string {
  return qualifiedName('RelationalDatabase', address, [database]);
}

export function schemaTypeName({ address, database }: Place, schema: string): string {
  return qualifiedName('RelationalDBSchemaType', address, [database.name, schema]);
}

/** Object identifiers are unique within a catalogue of a database of a system, and outlive renames. */
export function sourceKey({ systemId, database }: Place, ...parts: (string | number)[]): string {
  return ['postgresql', systemId, database.oid, ...parts].join('/');
}

export function describedBy(description: string | null): { description?: string } {
  return description ? { description } : {};
}
