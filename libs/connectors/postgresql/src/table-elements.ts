import type { ReadRelation, RelationRow, TextsRow } from './catalogue-reader.js';
import { columnElements } from './column-elements.js';
import type { NameFilter } from './name-filter.js';
import { dotted, locator } from './names.js';
import {
  type DatabaseElement,
  describedBy,
  type Place,
  schemaTypeName,
  sourceKey,
  tableName,
} from './to-elements.js';

/** A longer definition is cut, as an element must fit into a message. */
const maxDefinitionLength = 100_000;

const kinds = {
  r: 'table',
  p: 'partitioned table',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
} as const;

/** The table and its columns. */
export function* tableElements(
  place: Place,
  schema: string,
  { row, texts }: Extract<ReadRelation, { texts: TextsRow }>,
  filter: NameFilter,
): Generator<DatabaseElement> {
  yield {
    tables: {
      qualifiedName: tableName(place, schema, row.name),
      sourceKey: sourceKey(place, 'table', row.oid),
      locators: [locator(place.address, [place.database.name, schema, row.name])],
      parent: { schemaTypes: schemaTypeName(place, schema) },
      displayName: row.name,
      ...describedBy(row.description),
      additionalProperties: additionalProperties(row, texts),
      classifications: {
        TypeEmbeddedAttribute: { schemaTypeName: 'RelationalTableType' },
        ...(texts.definition !== null && {
          CalculatedValue: { formula: cut(texts.definition.trim()), formulaType: 'SQL' },
        }),
      },
    },
  };
  yield* columnElements(place, schema, row, texts, filter);
}

function additionalProperties(row: RelationRow, texts: TextsRow): Record<string, string> {
  const parents = row.parents?.map(dotted).join(', ');
  const uniqueKeys = row.keys?.filter(({ isPrimary }) => !isPrimary).map((key) => keyText(row, key));
  const properties = {
    kind: row.kind === 'r' && row.isPartition ? 'partition' : kinds[row.kind],
    owner: row.owner,
    persistence: row.isUnlogged ? 'unlogged' : undefined,
    partitionKey: texts.partitionKey,
    partitionOf: row.isPartition ? parents : undefined,
    partitionBound: texts.partitionBound,
    inherits: row.isPartition ? undefined : parents,
    foreignServer: row.foreignServer,
    uniqueKeys: uniqueKeys?.join('; '),
    estimatedRows: estimate(row.rows),
  };
  return Object.fromEntries(
    Object.entries(properties).filter((property): property is [string, string] => Boolean(property[1])),
  );
}

function keyText({ columns }: RelationRow, key: { name: string; columns: number[] }): string {
  const names = key.columns.map((number) => columns?.find((column) => column.number === number)?.name ?? '?');
  return `${key.name} (${names.join(', ')})`;
}

/** One significant digit: each ANALYZE of a big table estimates anew, and nothing has changed. */
function estimate(rows: number): string | undefined {
  return rows < 0 ? undefined : String(Number(rows.toPrecision(1)));
}

function cut(text: string): string {
  return text.length <= maxDefinitionLength ? text : `${text.slice(0, maxDefinitionLength)}…`;
}
