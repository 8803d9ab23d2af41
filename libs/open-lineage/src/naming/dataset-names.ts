import { isObject } from '../body-guards.js';
import type { DatasetName } from '../event.js';
import type { KnownFacets } from '../fold/known.js';
import { fileAddress, fileStores, fileTypeOf, lastSegment, type FileTypeName } from './file-stores.js';
import { standardSpelling, schemeOf } from './locators.js';
import { tableParts, tableStores, type TableStore } from './table-stores.js';

export type DatasetTypeName = FileTypeName | 'RelationalTable' | 'KafkaTopic' | 'Topic' | 'DataSet';

/** What a dataset is in open metadata, by its name and by what its facets say. */
export interface NamedDataset {
  typeName: DatasetTypeName;
  /** For people: "PostgreSQL", "Amazon S3"; undefined when the namespace says nothing. */
  technology?: string;
  /** As the service that owns such things names them, so that the two meet also by name. */
  qualifiedName: string;
  displayName: string;
  /** The pieces of the name by what they are: database, schema, table; path; topic. */
  parts: Record<string, string>;
}

/** Deterministic: the same name and facets give the same, always. */
export function nameDataset({ namespace, name }: DatasetName, facets: KnownFacets = {}): NamedDataset {
  const meant = standardSpelling({ namespace, name });
  const scheme = schemeOf(meant.namespace);
  if (Object.hasOwn(tableStores, scheme)) return table(tableStores[scheme]!, meant, scheme);
  if (Object.hasOwn(fileStores, scheme)) return file(fileStores[scheme]!, meant, facets);
  if (scheme === 'kafka') return topic('KafkaTopic', 'Apache Kafka', meant, meant.name);
  if (scheme === 'pubsub')
    return topic('Topic', 'Google Cloud Pub/Sub', meant, meant.name.split(':').at(-1)!);
  return unknownStore(meant, facets);
}

function table(store: TableStore, { namespace, name }: DatasetName, scheme: string): NamedDataset {
  const parts = tableParts(store, name);
  const typeName = store.typeName ?? 'RelationalTable';
  // The database integrator leaves the scheme out; that of another store on the same host and port must not meet it.
  const address = scheme === 'postgres' ? namespace.slice('postgres://'.length) : namespace;
  return {
    typeName,
    technology: store.technology,
    qualifiedName: `${typeName}::${address}/${name}`,
    displayName: namesOf(parts).at(-1) ?? name,
    parts,
  };
}

function file(technology: string, { namespace, name }: DatasetName, facets: KnownFacets): NamedDataset {
  const typeName = fileTypeOf(name, { isTable: isTable(facets) });
  return {
    typeName,
    technology,
    qualifiedName: `${typeName}::${fileAddress(namespace, name)}`,
    displayName: lastSegment(name) || name || namespace,
    parts: { path: name },
  };
}

function topic(
  typeName: 'KafkaTopic' | 'Topic',
  technology: string,
  { namespace, name }: DatasetName,
  topicName: string,
): NamedDataset {
  const qualifiedName = `${typeName}::${namespace}/${name}`;
  return { typeName, technology, qualifiedName, displayName: topicName || name, parts: { topic: topicName } };
}

/** A namespace of the sender's own: what the facet `datasetType` says. */
function unknownStore({ namespace, name }: DatasetName, facets: KnownFacets): NamedDataset {
  const typeName = statedType(facets);
  const technology = schemeOf(namespace) === 'inmemory' ? 'In memory' : undefined;
  return {
    typeName,
    ...(technology ? { technology } : {}),
    qualifiedName: `${typeName}::${namespace}/${name}`,
    displayName: name || namespace,
    parts: {},
  };
}

const statedTypes: Readonly<Record<string, DatasetTypeName>> = {
  TABLE: 'RelationalTable',
  VIEW: 'RelationalTable',
  FILE: 'DataFile',
  TOPIC: 'Topic',
  STREAM: 'Topic',
};

function statedType({ datasetType }: KnownFacets): DatasetTypeName {
  const { datasetType: stated } = datasetType?.value ?? {};
  const upper = typeof stated === 'string' ? stated.toUpperCase() : '';
  return Object.hasOwn(statedTypes, upper) ? statedTypes[upper]! : 'DataSet';
}

const tableLayers = new Set(['delta', 'iceberg', 'hudi', 'paimon']);

/** Spark names a table by its folder and gives the table's name as a symlink. */
function isTable({ symlinks, storage }: KnownFacets): boolean {
  const { storageLayer } = storage?.value ?? {};
  if (typeof storageLayer === 'string' && tableLayers.has(storageLayer.toLowerCase())) return true;
  const { identifiers } = symlinks?.value ?? {};
  return Array.isArray(identifiers) && identifiers.some((item) => isObject(item) && item.type === 'TABLE');
}

function namesOf(parts: Record<string, string>): string[] {
  return Object.values(parts).filter((part) => part !== '');
}
