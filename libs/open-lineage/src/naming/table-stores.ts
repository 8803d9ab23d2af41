/** How stores of tables name them, by the scheme of the namespace: OpenLineage's table of dataset names. */
export interface TableStore {
  technology: string;
  /** What the dotted (or slashed) pieces of a name are, the table last. */
  parts: readonly string[];
  separator?: '.' | '/';
  /** The first piece, not the last, may have separators itself. */
  isFirstOpen?: boolean;
  /** Stands before the pieces. */
  prefix?: string;
  /** Where it keeps no tables. */
  typeName?: 'DataSet';
}

const database = ['database', 'table'] as const;
const schema = ['database', 'schema', 'table'] as const;
const catalog = ['catalog', 'schema', 'table'] as const;

export const tableStores: Readonly<Record<string, TableStore>> = {
  arn: { technology: 'AWS Glue', parts: database, separator: '/', prefix: 'table/' },
  awsathena: { technology: 'Amazon Athena', parts: ['catalog', 'database', 'table'] },
  azurecosmos: {
    technology: 'Azure Cosmos DB',
    parts: ['collection'],
    separator: '/',
    prefix: 'colls/',
    typeName: 'DataSet',
  },
  azurekusto: { technology: 'Azure Data Explorer', parts: database, separator: '/' },
  bigquery: { technology: 'Google BigQuery', parts: ['project', 'dataset', 'table'], isFirstOpen: true },
  cassandra: { technology: 'Apache Cassandra', parts: ['keyspace', 'table'] },
  clickhouse: { technology: 'ClickHouse', parts: database },
  crate: { technology: 'CrateDB', parts: schema },
  databricks: { technology: 'Databricks', parts: catalog },
  db2: { technology: 'IBM Db2', parts: schema },
  duckdb: { technology: 'DuckDB', parts: schema },
  'fabric-warehouse': { technology: 'Microsoft Fabric Warehouse', parts: schema },
  hive: { technology: 'Apache Hive', parts: database },
  milvus: { technology: 'Milvus', parts: ['database', 'collection'], typeName: 'DataSet' },
  mssql: { technology: 'Microsoft SQL Server', parts: schema },
  mysql: { technology: 'MySQL', parts: database },
  oceanbase: { technology: 'OceanBase', parts: database },
  oracle: { technology: 'Oracle Database', parts: schema },
  postgres: { technology: 'PostgreSQL', parts: schema },
  presto: { technology: 'Presto', parts: catalog },
  redshift: { technology: 'Amazon Redshift', parts: schema },
  snowflake: { technology: 'Snowflake', parts: schema },
  spanner: { technology: 'Google Cloud Spanner', parts: schema },
  sqlite: { technology: 'SQLite', parts: schema },
  sqlserver: { technology: 'Azure Synapse', parts: ['schema', 'table'] },
  teradata: { technology: 'Teradata', parts: database },
  trino: { technology: 'Trino', parts: catalog },
  unitycatalog: { technology: 'Unity Catalog', parts: catalog },
};

/**
 * The pieces of a table's name by what they are. Of too few the last is the table and the first what comes first: a
 * Spark job gives database and table of a store that has schemas between them.
 */
export function tableParts(store: TableStore, name: string): Record<string, string> {
  const { parts, separator = '.', prefix = '', isFirstOpen = false } = store;
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  const pieces = gathered(split(rest, separator), parts.length, separator, isFirstOpen);
  const labels = [...parts.slice(0, pieces.length - 1), parts[parts.length - 1]!];
  return Object.fromEntries(labels.map((label, index) => [label, pieces[index]!]));
}

/** No more pieces than labels. */
function gathered(pieces: string[], count: number, separator: string, isFirstOpen: boolean): string[] {
  const surplus = pieces.length - count;
  if (surplus <= 0) return pieces;
  if (isFirstOpen) return [pieces.slice(0, surplus + 1).join(separator), ...pieces.slice(surplus + 1)];
  return [...pieces.slice(0, count - 1), pieces.slice(count - 1).join(separator)];
}

/** A piece in double quotes, in which a quote is doubled, may have the separator in it. */
function split(name: string, separator: string): string[] {
  if (!name.includes('"')) return name.split(separator);
  const pieces = [''];
  let isQuoted = false;
  for (const character of name) {
    if (character === '"') isQuoted = !isQuoted;
    if (character === separator && !isQuoted) pieces.push('');
    else pieces[pieces.length - 1] += character;
  }
  return isQuoted ? name.split(separator) : pieces.map(unquoted);
}

function unquoted(piece: string): string {
  if (piece.length < 2 || !piece.startsWith('"') || !piece.endsWith('"')) return piece;
  return piece.slice(1, -1).replaceAll('""', '"');
}
