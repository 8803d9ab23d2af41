import type { LogicalType, SchemaElement, SchemaTree } from 'hyparquet';
import { columnSet, type Column, type ColumnSet } from './columns.js';
import type { OpenFile } from './file-system.js';

export interface ParquetFacts {
  columns: ColumnSet;
  rowCount: number;
}

/** Enough for the footer of most files. */
const firstReadBytes = 64 * 1024;
const maxFooterBytes = 16 * 1024 * 1024;

/** The columns of a Parquet file by its footer. Throws when there is no footer that can be read. */
export async function parquetFacts(file: OpenFile, byteLength: number): Promise<ParquetFacts> {
  const { parquetMetadataAsync, parquetSchema } = await import('hyparquet');
  const slice = async (start: number, end = byteLength) => {
    if (end - start > maxFooterBytes)
      throw new Error(`its footer has ${end - start} bytes, which is too much`);
    const bytes = await file.read(start, end - start);
    return new Uint8Array(bytes).buffer;
  };
  const options = { initialFetchSize: firstReadBytes, geoparquet: false };
  const metadata = await parquetMetadataAsync({ byteLength, slice }, options);
  const columns = columnSet(parquetSchema(metadata).children.map(toColumn));
  return { columns, rowCount: Number(metadata.num_rows) };
}

function toColumn({ element, children }: SchemaTree): Column {
  const { name, repetition_type: repetition, type } = element;
  return {
    ...{ name, dataType: repetition === 'REPEATED' ? 'list' : dataTypeOf(element, children.length > 0) },
    ...{ isNullable: repetition !== 'REQUIRED', nativeClass: type },
  };
}

function dataTypeOf(element: SchemaElement, isGroup: boolean): string {
  const { logical_type: logical, converted_type: converted, type } = element;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL')
    return `decimal(${element.precision ?? 0},${element.scale ?? 0})`;
  const named = (logical && logicalName(logical)) ?? (converted && convertedNames[converted]);
  if (named) return named;
  if (isGroup) return 'struct';
  return (type && physicalNames[type]) ?? 'unknown';
}

function logicalName(logical: LogicalType): string | undefined {
  if (logical.type === 'INTEGER') return logical.bitWidth > 32 ? 'long' : 'integer';
  return logicalNames[logical.type];
}

const logicalNames: Record<string, string> = {
  ...{ STRING: 'string', ENUM: 'string', JSON: 'json', BSON: 'bson', UUID: 'uuid', FLOAT16: 'float' },
  ...{ DATE: 'date', TIME: 'time', TIMESTAMP: 'timestamp', INTERVAL: 'interval' },
  ...{ LIST: 'list', MAP: 'map', GEOMETRY: 'geometry', GEOGRAPHY: 'geography', VARIANT: 'variant' },
};

const convertedNames: Record<string, string> = {
  ...{ UTF8: 'string', ENUM: 'string', JSON: 'json', BSON: 'bson' },
  ...{ DATE: 'date', TIME_MILLIS: 'time', TIME_MICROS: 'time', INTERVAL: 'interval' },
  ...{ TIMESTAMP_MILLIS: 'timestamp', TIMESTAMP_MICROS: 'timestamp' },
  ...{ INT_8: 'integer', INT_16: 'integer', INT_32: 'integer', INT_64: 'long' },
  ...{ UINT_8: 'integer', UINT_16: 'integer', UINT_32: 'long', UINT_64: 'long' },
  ...{ LIST: 'list', MAP: 'map', MAP_KEY_VALUE: 'map' },
};

const physicalNames: Record<string, string> = {
  ...{ BOOLEAN: 'boolean', INT32: 'integer', INT64: 'long', INT96: 'timestamp' },
  ...{ FLOAT: 'float', DOUBLE: 'double', BYTE_ARRAY: 'binary', FIXED_LEN_BYTE_ARRAY: 'binary' },
};
