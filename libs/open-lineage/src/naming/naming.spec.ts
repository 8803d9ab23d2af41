import { describe, expect, it } from 'vitest';
import { foldEvents } from '../fold/fold.js';
import type { KnownFacets } from '../fold/known.js';
import { corpus } from '../testing/corpus.js';
import { read } from '../testing/events.js';
import { nameDataset } from './dataset-names.js';
import { locatorsOf, standardSpelling } from './locators.js';
import { jobQualifiedName } from './process-names.js';

const known = (key: string, value: Record<string, unknown>): KnownFacets => ({ [key]: { time: '', value } });

describe('a dataset by the table of dataset names', () => {
  it.each([
    [
      'awsathena://athena.eu-west-1.amazonaws.com',
      'c.d.t',
      'RelationalTable',
      'Amazon Athena',
      { catalog: 'c', database: 'd', table: 't' },
    ],
    ['arn:aws:glue:eu-west-1:123', 'table/d/t', 'RelationalTable', 'AWS Glue', { database: 'd', table: 't' }],
    ['azurecosmos://h/dbs/d', 'colls/c', 'DataSet', 'Azure Cosmos DB', { collection: 'c' }],
    [
      'azurekusto://h.kusto.windows.net',
      'd/t',
      'RelationalTable',
      'Azure Data Explorer',
      { database: 'd', table: 't' },
    ],
    ['sqlserver://h:1433', 's.t', 'RelationalTable', 'Azure Synapse', { schema: 's', table: 't' }],
    ['bigquery', 'p.d.t', 'RelationalTable', 'Google BigQuery', { project: 'p', dataset: 'd', table: 't' }],
    [
      'bigquery',
      'corp.com:p.d.t',
      'RelationalTable',
      'Google BigQuery',
      { project: 'corp.com:p', dataset: 'd', table: 't' },
    ],
    ['cassandra://h:9042', 'k.t', 'RelationalTable', 'Apache Cassandra', { keyspace: 'k', table: 't' }],
    ['crate://h:1', 'd.s.t', 'RelationalTable', 'CrateDB', { database: 'd', schema: 's', table: 't' }],
    ['db2://h:1', 'd.s.t', 'RelationalTable', 'IBM Db2', { database: 'd', schema: 's', table: 't' }],
    [
      'duckdb://shop.duckdb',
      'shop.main.orders',
      'RelationalTable',
      'DuckDB',
      { database: 'shop', schema: 'main', table: 'orders' },
    ],
    ['hive://h:10000', 'd.t', 'RelationalTable', 'Apache Hive', { database: 'd', table: 't' }],
    [
      'fabric-warehouse://e',
      'd.s.t',
      'RelationalTable',
      'Microsoft Fabric Warehouse',
      { database: 'd', schema: 's', table: 't' },
    ],
    ['milvus://h:1', 'd.c', 'DataSet', 'Milvus', { database: 'd', collection: 'c' }],
    [
      'mssql://h:1433',
      'd.s.t',
      'RelationalTable',
      'Microsoft SQL Server',
      { database: 'd', schema: 's', table: 't' },
    ],
    ['mysql://h:3306', 'd.t', 'RelationalTable', 'MySQL', { database: 'd', table: 't' }],
    ['oceanbase://h:1', 'd.t', 'RelationalTable', 'OceanBase', { database: 'd', table: 't' }],
    ['teradata://h:1', 'd.t', 'RelationalTable', 'Teradata', { database: 'd', table: 't' }],
    [
      'oracle://h:1521',
      'x.s.t',
      'RelationalTable',
      'Oracle Database',
      { database: 'x', schema: 's', table: 't' },
    ],
    [
      'postgres://h:5432',
      'd.s.t',
      'RelationalTable',
      'PostgreSQL',
      { database: 'd', schema: 's', table: 't' },
    ],
    [
      'postgres://h:5432',
      'd.s."a.b"',
      'RelationalTable',
      'PostgreSQL',
      { database: 'd', schema: 's', table: 'a.b' },
    ],
    ['postgres://h:5432', 'd.t', 'RelationalTable', 'PostgreSQL', { database: 'd', table: 't' }],
    ['postgres://h:5432', 't', 'RelationalTable', 'PostgreSQL', { table: 't' }],
    [
      'redshift://c.r:5439',
      'd.s.t',
      'RelationalTable',
      'Amazon Redshift',
      { database: 'd', schema: 's', table: 't' },
    ],
    [
      'snowflake://org-acct',
      'D.S.T',
      'RelationalTable',
      'Snowflake',
      { database: 'D', schema: 'S', table: 'T' },
    ],
    [
      'spanner://p:i',
      'd.s.t',
      'RelationalTable',
      'Google Cloud Spanner',
      { database: 'd', schema: 's', table: 't' },
    ],
    ['trino://h:8080', 'c.s.t', 'RelationalTable', 'Trino', { catalog: 'c', schema: 's', table: 't' }],
    [
      'unitycatalog://h',
      'c.s.t',
      'RelationalTable',
      'Unity Catalog',
      { catalog: 'c', schema: 's', table: 't' },
    ],
    [
      'abfss://c@s.dfs.core.windows.net',
      'a/b.csv',
      'CSVFile',
      'Azure Data Lake Storage',
      { path: 'a/b.csv' },
    ],
    ['wasbs://c@s.dfs.core.windows.net', 'a/b.json', 'JSONFile', 'Azure Blob Storage', { path: 'a/b.json' }],
    ['dbfs://w', '/a/b.avro', 'AvroFile', 'Databricks File System', { path: '/a/b.avro' }],
    ['gs://b', 'a/b.parquet', 'ParquetFile', 'Google Cloud Storage', { path: 'a/b.parquet' }],
    ['s3://b', 'a/orders.csv.gz', 'CSVFile', 'Amazon S3', { path: 'a/orders.csv.gz' }],
    ['s3://b', 'lake/orders', 'FileFolder', 'Amazon S3', { path: 'lake/orders' }],
    ['s3://b', 'lake/orders.v1/', 'FileFolder', 'Amazon S3', { path: 'lake/orders.v1/' }],
    ['s3://b', '/', 'FileFolder', 'Amazon S3', { path: '/' }],
    ['hdfs://n:8020', '/a/part.bin', 'DataFile', 'Hadoop Distributed File System', { path: '/a/part.bin' }],
    ['file', '/a/b.log', 'LogFile', 'File System', { path: '/a/b.log' }],
    ['file://host', '/a/b.csv', 'CSVFile', 'File System', { path: '/a/b.csv' }],
    ['kafka://h:9092', 'orders', 'KafkaTopic', 'Apache Kafka', { topic: 'orders' }],
    ['pubsub', 'topic:p:orders', 'Topic', 'Google Cloud Pub/Sub', { topic: 'orders' }],
    ['box://h:1/e', 'a.pdf', 'Document', 'Box', { path: 'a.pdf' }],
    ['mssharepoint://h:1/site', 'a.docx', 'Document', 'Microsoft SharePoint', { path: 'a.docx' }],
    ['inmemory://', 'tmp', 'DataSet', 'In memory', {}],
    ['our own', 'thing', 'DataSet', undefined, {}],
  ])('%s | %s is a %s of %s', (namespace, name, typeName, technology, parts) => {
    const named = nameDataset({ namespace, name });
    expect([named.typeName, named.technology, named.parts]).toEqual([typeName, technology, parts]);
  });
});

describe('the qualified name', () => {
  it.each([
    ['postgres://db:5432', 'shop.public.orders', 'RelationalTable::db:5432/shop.public.orders', 'orders'],
    ['postgresql://DB', 'shop.public.orders', 'RelationalTable::db:5432/shop.public.orders', 'orders'],
    ['file://host', '/data/a.csv', 'CSVFile::host:/data/a.csv', 'a.csv'],
    ['file', '/data/lake', 'FileFolder::file:/data/lake', 'lake'],
    ['s3a://lake', '/a/b', 'FileFolder::s3://lake/a/b', 'b'],
    ['mysql://db:3306', 'shop.orders', 'RelationalTable::mysql://db:3306/shop.orders', 'orders'],
    ['kafka://k', 'orders', 'KafkaTopic::kafka://k:9092/orders', 'orders'],
    ['shop', '', 'DataSet::shop/', 'shop'],
  ])(
    'of %s | %s is that of the service that owns such things: %s',
    (namespace, name, qualifiedName, displayName) => {
      expect(nameDataset({ namespace, name })).toMatchObject({ qualifiedName, displayName });
    },
  );

  it('of jobs tells namespace and name apart', () => {
    expect(jobQualifiedName({ namespace: 'spark://h:1', name: 'a' })).toBe('OpenLineageJob::spark://h:1::a');
    expect(jobQualifiedName({ namespace: 'a:', name: 'b' })).not.toBe(
      jobQualifiedName({ namespace: 'a', name: ':b' }),
    );
    expect(jobQualifiedName({ namespace: 'a::b', name: 'c' })).not.toBe(
      jobQualifiedName({ namespace: 'a', name: 'b::c' }),
    );
  });
});

describe('facets', () => {
  it('say that a path is a table, which is a folder, and what a dataset of no known store is', () => {
    const path = { namespace: 's3://b', name: 'sales.csv' };
    const identifiers = [{ namespace: 'hive://h:1', name: 'd.sales', type: 'TABLE' }];
    expect(nameDataset(path, known('symlinks', { identifiers })).typeName).toBe('FileFolder');
    expect(nameDataset(path, known('storage', { storageLayer: 'Iceberg' })).typeName).toBe('FileFolder');
    expect(nameDataset(path, known('symlinks', { identifiers: 7 })).typeName).toBe('CSVFile');
    const own = { namespace: 'own', name: 'a' };
    expect(nameDataset(own, known('datasetType', { datasetType: 'view' })).typeName).toBe('RelationalTable');
    expect(nameDataset(own, known('datasetType', { datasetType: 'TOPIC' })).typeName).toBe('Topic');
    expect(nameDataset(own, known('datasetType', { datasetType: 'constructor' })).typeName).toBe('DataSet');
  });
});

describe('locators', () => {
  it('are the own name, as the standard spells it, and the symlinks, each once', () => {
    const identifiers = [
      { namespace: 'hive://H:10000', name: 'd.t', type: 'TABLE' },
      { namespace: 'file', name: '/a' },
      { name: 1 },
      null,
    ];
    const dataset = {
      namespace: 'file',
      name: '/a',
      formerNames: {},
      firstSeen: '',
      lastSeen: '',
      facets: known('symlinks', { identifiers }),
    };
    expect(locatorsOf(dataset)).toEqual([
      { namespace: 'file', name: '/a' },
      { namespace: 'hive://H:10000', name: 'd.t' },
      { namespace: 'hive://h:10000', name: 'd.t' },
    ]);
    expect(locatorsOf({ ...dataset, namespace: '', facets: {} })).toEqual([]);
  });

  it.each([
    ['postgresql://Db.Example', 'postgres://db.example:5432'],
    ['postgres://db:6000', 'postgres://db:6000'],
    ['POSTGRES://db:5432/', 'postgres://db:5432'],
    ['S3A://Bucket', 's3://Bucket'],
    ['gcs://b', 'gs://b'],
    ['snowflake://org-acct', 'snowflake://org-acct'],
    ['abfss://c@s.dfs.core.windows.net', 'abfss://c@s.dfs.core.windows.net'],
    ['kafka://a:1,b:2', 'kafka://a:1,b:2'],
    ['bigquery', 'bigquery'],
  ])('spell %s as %s', (given, namespace) => {
    expect(standardSpelling({ namespace: given, name: 'n' })).toEqual({ namespace, name: 'n' });
  });
});

it('finds tables, files and folders in what real producers sent, each with a name of its own', () => {
  const datasets = [...foldEvents(corpus.map(({ event }) => read(event))).datasets.values()];
  const named = datasets.map((dataset) => nameDataset(dataset, dataset.facets));
  const count = (type: string) => named.filter(({ typeName }) => typeName === type).length;
  expect(new Set(named.map(({ qualifiedName }) => qualifiedName)).size).toBe(datasets.length);
  expect([count('RelationalTable'), count('CSVFile'), count('FileFolder'), datasets.length]).toEqual([
    40, 2, 8, 50,
  ]);
});

it('names a path of a million slashes at once', () => {
  const before = performance.now();
  nameDataset({ namespace: 's3://b', name: `${'/'.repeat(1_000_000)}a` });
  expect(performance.now() - before).toBeLessThan(5_000);
});
