import { fieldLocator, type Locator, type ReferenceInput } from '@idaemon/connector-kit';
import { nameDataset, type DatasetName, type FieldName, type NamedDataset } from '@idaemon/open-lineage';

export type ColumnTypeName =
  'RelationalColumn' | 'TabularFileColumn' | 'EventSchemaAttribute' | 'TabularColumn';
export type SchemaTypeName = 'TabularSchemaType' | 'EventType';

/** How a dataset's inside is told: a table has columns, other things have a schema with fields. */
export interface Inside {
  columnType: ColumnTypeName;
  /** Undefined for a table. */
  schemaType?: SchemaTypeName;
}

export function insideOf({ typeName }: NamedDataset): Inside {
  switch (typeName) {
    case 'RelationalTable':
      return { columnType: 'RelationalColumn' };
    case 'KafkaTopic':
    case 'Topic':
      return { columnType: 'EventSchemaAttribute', schemaType: 'EventType' };
    case 'DataSet':
      return { columnType: 'TabularColumn', schemaType: 'TabularSchemaType' };
    default:
      return { columnType: 'TabularFileColumn', schemaType: 'TabularSchemaType' };
  }
}

/** As the services name it that own such things: `RelationalColumn::db:5432/shop.public.orders.id`. */
export function columnName(named: NamedDataset, path: readonly string[]): string {
  const { columnType } = insideOf(named);
  const address = addressOf(named);
  if (columnType === 'RelationalColumn') return `${columnType}::${address}.${path.map(quoted).join('.')}`;
  return `${columnType}::${address}::${path.length === 1 ? path[0]! : path.map(quoted).join('.')}`;
}

export function schemaTypeName(named: NamedDataset, schemaType: SchemaTypeName): string {
  return `${schemaType}::${addressOf(named)}`;
}

/** The schema of a dataset has no name of its own in OpenLineage; others may have named it otherwise. */
export function schemaLocator(dataset: Locator): Locator {
  return { namespace: dataset.namespace, name: `${dataset.name}#` };
}

/**
 * The dataset, whether it is catalogued or not, and whoever has named it: by its name in OpenLineage. Its facets, which
 * may tell its type better, are not known where it is only used.
 */
export function datasetReference(dataset: DatasetName): ReferenceInput {
  const { typeName, qualifiedName } = nameDataset(dataset);
  return { typeName: generalType[typeName] ?? typeName, qualifiedName, ...locatedAt(dataset) };
}

/** A column, or the dataset where the field is not said. */
export function fieldReference({ field, ...dataset }: FieldName): ReferenceInput {
  if (field === undefined) return datasetReference(dataset);
  const { locator } = locatedAt(dataset);
  return {
    typeName: 'SchemaAttribute',
    qualifiedName: columnName(nameDataset(dataset), [field]),
    ...(locator ? { locator: fieldLocator(locator, field) } : {}),
  };
}

function locatedAt({ namespace, name }: DatasetName): { locator?: Locator } {
  return namespace !== '' && name !== '' ? { locator: { namespace, name } } : {};
}

/** What stays true whatever the facets say. */
const generalType: Readonly<Partial<Record<string, string>>> = {
  AvroFile: 'DataStore',
  CSVFile: 'DataStore',
  DataFile: 'DataStore',
  Document: 'DataStore',
  FileFolder: 'DataStore',
  JSONFile: 'DataStore',
  LogFile: 'DataStore',
  MediaFile: 'DataStore',
  ParquetFile: 'DataStore',
  DataSet: 'Referenceable',
};

function addressOf({ typeName, qualifiedName }: NamedDataset): string {
  return qualifiedName.slice(`${typeName}::`.length);
}

function quoted(name: string): string {
  return /[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}
