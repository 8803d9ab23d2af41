import { withoutTrailingSlashes } from './trailing-slashes.js';

export type FileTypeName =
  | 'AvroFile'
  | 'CSVFile'
  | 'DataFile'
  | 'Document'
  | 'FileFolder'
  | 'JSONFile'
  | 'LogFile'
  | 'MediaFile'
  | 'ParquetFile';

/** Stores of files by the scheme of the namespace. */
export const fileStores: Readonly<Record<string, string>> = {
  abfs: 'Azure Data Lake Storage',
  abfss: 'Azure Data Lake Storage',
  box: 'Box',
  cos: 'Object Storage',
  dbfs: 'Databricks File System',
  file: 'File System',
  filenet: 'IBM FileNet',
  ftp: 'FTP',
  gs: 'Google Cloud Storage',
  hdfs: 'Hadoop Distributed File System',
  mssharepoint: 'Microsoft SharePoint',
  nfs: 'File System',
  oss: 'Object Storage',
  s3: 'Amazon S3',
  sftp: 'SFTP',
  viewfs: 'Hadoop Distributed File System',
  wasb: 'Azure Blob Storage',
  wasbs: 'Azure Blob Storage',
};

const extensions: Readonly<Record<string, FileTypeName>> = {
  avro: 'AvroFile',
  csv: 'CSVFile',
  tsv: 'CSVFile',
  parquet: 'ParquetFile',
  json: 'JSONFile',
  jsonl: 'JSONFile',
  ndjson: 'JSONFile',
  log: 'LogFile',
  pdf: 'Document',
  doc: 'Document',
  docx: 'Document',
  jpg: 'MediaFile',
  jpeg: 'MediaFile',
  png: 'MediaFile',
  gif: 'MediaFile',
  mp3: 'MediaFile',
  mp4: 'MediaFile',
  wav: 'MediaFile',
};
const compressions = new Set(['gz', 'bz2', 'zst', 'snappy', 'lz4', 'xz', 'zip']);

export interface FileMarks {
  /** A facet says that it is a table, which is a folder of files. */
  isTable: boolean;
}

/**
 * By the name's ending. Engines write folders and name them without one: such a name is a folder, as is a table's
 * and what ends in a slash. An ending that says nothing leaves a DataFile.
 */
export function fileTypeOf(name: string, { isTable }: FileMarks): FileTypeName {
  const last = lastSegment(name);
  if (isTable || name.endsWith('/') || last === '') return 'FileFolder';
  const endings = last.toLowerCase().split('.').slice(1);
  if (endings.length > 1 && compressions.has(endings.at(-1)!)) endings.pop();
  const ending = endings.at(-1);
  if (ending === undefined) return 'FileFolder';
  return Object.hasOwn(extensions, ending) ? extensions[ending]! : 'DataFile';
}

export function lastSegment(name: string): string {
  const path = withoutTrailingSlashes(name);
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `file://host` and `/data/a.csv` are `host:/data/a.csv`, as the files integrator says; else a URL. */
export function fileAddress(namespace: string, name: string): string {
  if (namespace === 'file') return `file:${name}`;
  const host = /^file:\/\/([^/]+)$/.exec(namespace)?.[1];
  if (host !== undefined) return `${host}:${name}`;
  return `${withoutTrailingSlashes(namespace)}/${name.replace(/^\/+/, '')}`;
}
