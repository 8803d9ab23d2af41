import type { TaggedElement } from '@idaemon/connector-kit';
import type { filesIntegrator } from '@idaemon/integration-services';
import type { Column } from './columns.js';
import type { ContentFacts } from './content-facts.js';
import { kind, kindOfName } from './file-kinds.js';
import type { FileItem, FolderItem } from './folder-items.js';
import type { Names } from './qualified-names.js';
import { nameOf, toText } from './raw-path.js';

type Collections = typeof filesIntegrator.collections;
export const collections = ['fileFolders', 'dataFiles', 'schemaTypes', 'columns'] as const;
export type FolderElement = TaggedElement<Collections, 'fileFolders'>['fileFolders'];
export type FileElement = TaggedElement<Collections, 'dataFiles'>['dataFiles'];
export type SchemaTypeElement = TaggedElement<Collections, 'schemaTypes'>['schemaTypes'];
export type ColumnElement = TaggedElement<Collections, 'columns'>['columns'];
export type AnyElement = TaggedElement<Collections, (typeof collections)[number]>;

export function folderElement(item: FolderItem, names: Names): FolderElement {
  const { path, parent, sourceKey, birthtimeNs } = item;
  return {
    qualifiedName: names.folder(path),
    ...(sourceKey ? { sourceKey } : {}),
    locators: names.locators(path),
    ...(parent ? { parent: { fileFolders: names.folder(parent.path) } } : {}),
    name: toText(nameOf(path)),
    pathName: toText(path),
    deployedImplementationType: 'File System Directory',
    storeCreateTime: timeOf(birthtimeNs),
  };
}

export function fileElement(item: FileItem, facts: ContentFacts, names: Names): FileElement {
  const { path, parent, stats, sourceKey } = item;
  const { typeName, fileType, deployedImplementationType } = kind(facts.kind ?? kindOfName(path));
  const fileName = toText(nameOf(path));
  return {
    typeName,
    qualifiedName: names.file(path),
    ...(sourceKey ? { sourceKey } : {}),
    locators: names.locators(path),
    parent: { fileFolders: names.folder(parent.path) },
    name: fileName,
    fileName,
    fileType,
    deployedImplementationType,
    pathName: toText(path),
    storeCreateTime: timeOf(stats.birthtimeNs),
    storeUpdateTime: timeOf(stats.mtimeNs),
    ...(facts.delimiter ? { delimiterCharacter: facts.delimiter, quoteCharacter: '"' } : {}),
    additionalProperties: additionalProperties(item, facts),
    ...(facts.encoding ? { classifications: { DataStoreEncoding: { encoding: facts.encoding } } } : {}),
  };
}

/** Changes its version when the columns come, go or change, so that whoever has it knows them all. */
export function schemaTypeElement(
  { path, sourceKey }: FileItem,
  version: string,
  names: Names,
): SchemaTypeElement {
  return {
    qualifiedName: names.schemaType(path),
    ...(sourceKey ? { sourceKey: `${sourceKey}/schema` } : {}),
    parent: { dataFiles: names.file(path) },
    displayName: `Columns of ${toText(nameOf(path))}`,
    versionNumber: version,
  };
}

export function columnElement(
  { path, sourceKey }: FileItem,
  { name, dataType, isNullable, nativeClass }: Column,
  position: number,
  names: Names,
): ColumnElement {
  return {
    qualifiedName: names.column(path, name),
    ...(sourceKey ? { sourceKey: `${sourceKey}/column/${name}` } : {}),
    parent: { schemaTypes: names.schemaType(path) },
    displayName: name,
    position,
    isNullable,
    nativeClass,
    classifications: { TypeEmbeddedAttribute: { schemaTypeName: 'PrimitiveSchemaType', dataType } },
  };
}

/** A file with all that is inside of it, from the outside to the inside. */
export function* elementsOf(item: FileItem, facts: ContentFacts, names: Names): Generator<AnyElement> {
  yield { dataFiles: fileElement(item, facts, names) };
  if (!facts.columns) return;
  const { columns, version } = facts.columns;
  yield { schemaTypes: schemaTypeElement(item, version, names) };
  for (const [position, column] of columns.entries())
    yield { columns: columnElement(item, column, position, names) };
}

function additionalProperties(
  { stats, isLink }: FileItem,
  { lineCount, rowCount }: ContentFacts,
): Record<string, string> {
  return {
    size: String(stats.size),
    ...(lineCount === undefined ? {} : { lineCount: String(lineCount) }),
    ...(rowCount === undefined ? {} : { rowCount: String(rowCount) }),
    ...(isLink ? { symbolicLink: 'true' } : {}),
  };
}

/** Undefined for a time that the file system does not know. */
function timeOf(nanoseconds: bigint): string | undefined {
  const time = new Date(Number(nanoseconds / 1_000_000n));
  return nanoseconds === 0n || Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
