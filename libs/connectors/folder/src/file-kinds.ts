/** Kinds of files, with Egeria's types and values for them, by name; `file-signatures.ts` tells them by content. */
import { nameOf, type RawPath } from './raw-path.js';

export type FileTypeName =
  | 'DataFile'
  | 'AvroFile'
  | 'CSVFile'
  | 'Document'
  | 'JSONFile'
  | 'KeystoreFile'
  | 'LogFile'
  | 'MediaFile'
  | 'ParquetFile';

export interface FileKind {
  readonly typeName: FileTypeName;
  readonly fileType?: string;
  readonly deployedImplementationType?: string;
  /** What is read of its content; nothing of a kind that says none. */
  readonly content?: 'delimited' | 'parquet' | 'text' | 'unknown';
  /** Of delimited text, where the kind says it. */
  readonly delimiter?: string;
}

const text = { content: 'text' } as const;

const kinds = {
  csv: {
    typeName: 'CSVFile',
    fileType: 'CSV File',
    deployedImplementationType: 'CSV Data File',
    content: 'delimited',
  },
  tsv: {
    typeName: 'CSVFile',
    fileType: 'TSV File',
    deployedImplementationType: 'CSV Data File',
    content: 'delimited',
    delimiter: '\t',
  },
  avro: { typeName: 'AvroFile', fileType: 'Avro File', deployedImplementationType: 'Avro Data File' },
  parquet: {
    typeName: 'ParquetFile',
    fileType: 'Parquet File',
    deployedImplementationType: 'Parquet Data File',
    content: 'parquet',
  },
  orc: { typeName: 'DataFile', fileType: 'ORC File', deployedImplementationType: 'ORC Data File' },
  arrow: { typeName: 'DataFile', fileType: 'Arrow File', deployedImplementationType: 'Arrow Data File' },
  json: {
    typeName: 'JSONFile',
    fileType: 'JSON File',
    deployedImplementationType: 'JSON Data File',
    ...text,
  },
  jsonLines: {
    typeName: 'JSONFile',
    fileType: 'JSON Lines File',
    deployedImplementationType: 'JSON Data File',
    ...text,
  },
  xml: { typeName: 'DataFile', fileType: 'XML File', deployedImplementationType: 'XML Data File', ...text },
  yaml: { typeName: 'DataFile', fileType: 'YAML File', deployedImplementationType: 'YAML File', ...text },
  properties: {
    typeName: 'DataFile',
    fileType: 'Properties File',
    deployedImplementationType: 'Properties File',
    ...text,
  },
  spreadsheet: {
    typeName: 'DataFile',
    fileType: 'Spreadsheet File',
    deployedImplementationType: 'Spreadsheet Data File',
  },
  database: { typeName: 'DataFile', fileType: 'Database File', deployedImplementationType: 'Database File' },
  document: { typeName: 'Document', fileType: 'Document', deployedImplementationType: 'Document File' },
  textDocument: {
    typeName: 'Document',
    fileType: 'Document',
    deployedImplementationType: 'Document File',
    ...text,
  },
  keystore: {
    typeName: 'KeystoreFile',
    fileType: 'Keystore File',
    deployedImplementationType: 'Keystore File',
  },
  log: { typeName: 'LogFile', fileType: 'Log File', deployedImplementationType: 'Log File', ...text },
  raster: {
    typeName: 'MediaFile',
    fileType: 'Raster Image File',
    deployedImplementationType: 'Raster Data File',
  },
  vector: {
    typeName: 'MediaFile',
    fileType: 'Vector Image File',
    deployedImplementationType: 'Vector Data File',
  },
  threeD: {
    typeName: 'MediaFile',
    fileType: '3D Image File',
    deployedImplementationType: '3D Image Data File',
  },
  audio: { typeName: 'MediaFile', fileType: 'Audio File', deployedImplementationType: 'Audio Data File' },
  video: { typeName: 'MediaFile', fileType: 'Video File', deployedImplementationType: 'Video Data File' },
  script: {
    typeName: 'DataFile',
    fileType: 'Script File',
    deployedImplementationType: 'Script File',
    ...text,
  },
  source: {
    typeName: 'DataFile',
    fileType: 'Source Code File',
    deployedImplementationType: 'Source Code File',
    ...text,
  },
  build: {
    typeName: 'DataFile',
    fileType: 'Build Instruction File',
    deployedImplementationType: 'Build Instruction File',
    ...text,
  },
  executable: {
    typeName: 'DataFile',
    fileType: 'Executable File',
    deployedImplementationType: 'Executable File',
  },
  archive: { typeName: 'DataFile', fileType: 'Archive File', deployedImplementationType: 'Archive File' },
  binary: { typeName: 'DataFile', fileType: 'Binary File' },
  /** Nothing is known by its name: its first bytes may tell. */
  unknown: { typeName: 'DataFile', content: 'unknown' },
} as const satisfies Record<string, FileKind>;

export type KindName = keyof typeof kinds;

const extensions: Partial<Record<KindName, string>> = {
  csv: 'csv',
  tsv: 'tsv tab',
  avro: 'avro',
  parquet: 'parquet pqt',
  orc: 'orc',
  arrow: 'arrow feather',
  json: 'json jsn geojson omalrecord',
  jsonLines: 'jsonl ndjson',
  xml: 'xml xsd xsl wsdl',
  yaml: 'yml yaml',
  properties: 'properties cfg conf config ini toml env cohortregistry',
  spreadsheet: 'xls xlsx xlsm ods numbers',
  database: 'db sqlite sqlite3 duckdb mdb accdb',
  document: 'doc docx odt pages pdf ppt pptx pot potx rtf drawio',
  textDocument: 'txt md mmd tex rst adoc htm html',
  keystore: 'key p12 pfx jks jceks keystore truststore pem',
  log: 'log msg err out openlineageevent',
  raster: 'tif tiff gtiff bmp jpg jpeg gif png heic ico webp',
  vector: 'ai svg eps ps',
  threeD: 'obj mtl stl gltf glb',
  audio: 'aiff flac wav mp3 wma ogg m4a',
  video: 'mp4 3gp 3g2 mov avi m4v wmv mkv webm',
  script: 'py js mjs cjs ts sql bat com wsf sh ksh bash zsh ps1 css sccs r ipynb',
  source: 'java c h cpp hpp cs go rs kt scala rb php swift',
  executable: 'class app exe dll so dylib',
  archive: 'jar tar gz tgz bz2 xz zst zip war ear dmg iso 7z rar omarchive',
  binary: 'bin dat rpt mpp vcf',
};

const names: Partial<Record<KindName, string>> = {
  properties: 'manifest.mf .gitignore codeowners',
  build: 'pom.xml build.gradle settings.gradle makefile package.json cmakelists.txt',
  script: 'dockerfile containerfile',
  textDocument: 'license notice readme changelog',
};

const byExtension = index(extensions);
const byName = index(names);

/** The kind of a file by its name alone: the same name is always the same kind. */
export function kindOfName(path: RawPath): KindName {
  const name = nameOf(path).toLowerCase();
  const named = byName.get(name);
  if (named) return named;
  const dot = name.lastIndexOf('.');
  // A name that only begins with a dot has no extension.
  return (dot > 0 ? byExtension.get(name.slice(dot + 1)) : undefined) ?? 'unknown';
}

export function kind(name: KindName): FileKind {
  return kinds[name];
}

function index(table: Partial<Record<KindName, string>>): Map<string, KindName> {
  const entries = Object.entries(table) as [KindName, string][];
  return new Map(entries.flatMap(([name, words]) => words.split(' ').map((word) => [word, name] as const)));
}
