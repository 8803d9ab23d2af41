import type { ColumnRow, ForeignKeyRow, RelationRow, TextsRow } from './catalogue-reader.js';
import type { NameFilter } from './name-filter.js';
import { dotted, qualifiedName } from './names.js';
import { type DatabaseElement, describedBy, type Place, sourceKey, tableName } from './to-elements.js';

const identities = { a: 'always', d: 'by default' } as const;
const generations = { s: 'stored', v: 'virtual' } as const;

/** A column that a foreign key refers to. */
interface Target {
  constraint: string;
  path: [schema: string, table: string, column: string];
}

export function* columnElements(
  place: Place,
  schema: string,
  row: RelationRow,
  texts: TextsRow,
  filter: NameFilter,
): Generator<DatabaseElement> {
  const targets = targetsByColumn(row.foreignKeys ?? [], filter);
  const keys = row.keys ?? [];
  const primary = keys.find(({ isPrimary }) => isPrimary);
  const unique = new Set(
    keys.filter(({ columns }) => columns.length === 1).flatMap(({ columns }) => columns),
  );
  const parent = { tables: tableName(place, schema, row.name) };
  const { address, database } = place;
  const nameOf = (path: readonly string[]) =>
    qualifiedName('RelationalColumn', address, [database.name, ...path]);

  for (const column of row.columns ?? []) {
    const { number } = column;
    const expression = texts.expressions?.[number];
    const [target, ...further] = targets.get(number) ?? [];
    yield {
      columns: {
        qualifiedName: nameOf([schema, row.name, column.name]),
        sourceKey: sourceKey(place, 'table', row.oid, number),
        parent,
        displayName: column.name,
        ...describedBy(column.description),
        // The number that PostgreSQL gave it: those of the others stay when one is dropped.
        position: number,
        isNullable: column.isNullable,
        minCardinality: column.isNullable ? 0 : 1,
        maxCardinality: 1,
        ...(unique.has(number) && { allowsDuplicateValues: false }),
        ...(!column.generated && expression !== undefined && { defaultValueOverride: expression }),
        ...sizeOf(column.type),
        ...additional(column, further),
        classifications: {
          TypeEmbeddedAttribute: { schemaTypeName: 'PrimitiveSchemaType', dataType: column.type },
          ...(primary?.columns.includes(number) && { PrimaryKey: { name: primary.name } }),
          ...(column.generated &&
            expression !== undefined && { CalculatedValue: { formula: expression, formulaType: 'SQL' } }),
        },
        ...(target && {
          relationships: {
            ForeignKey: [{ to: nameOf(target.path), properties: { name: target.constraint } }],
          },
        }),
      },
    };
  }
}

function additional(column: ColumnRow, further: Target[]): { additionalProperties?: Record<string, string> } {
  const properties = {
    ...(column.identity && { identity: identities[column.identity] }),
    ...(column.generated && { generated: generations[column.generated] }),
    // The type system gives a column one foreign key.
    ...(further.length > 0 && {
      furtherForeignKeys: further.map(({ constraint, path }) => `${constraint}: ${dotted(path)}`).join('; '),
    }),
  };
  return Object.keys(properties).length > 0 ? { additionalProperties: properties } : {};
}

/** `character varying(40)`, `numeric(8,2)`: as numbers, too. */
function sizeOf(type: string): { length?: number; significantDigits?: number; precision?: string } {
  const length = /^(?:character|character varying|bit|bit varying)\((\d+)\)$/.exec(type)?.[1];
  if (length) return { length: Number(length) };
  const [, digits, fraction] = /^numeric\((\d+),(-?\d+)\)$/.exec(type) ?? [];
  return digits ? { significantDigits: Number(digits), precision: fraction } : {};
}

/** References to what is catalogued, by the number of the column; the oldest constraint first. */
function targetsByColumn(foreignKeys: ForeignKeyRow[], filter: NameFilter): Map<number, Target[]> {
  const targets = new Map<number, Target[]>();
  for (const { name, columns, schema, table, targets: names } of foreignKeys) {
    if (!filter.table(schema, table)) continue;
    columns.forEach((number, index) => {
      const target: Target = { constraint: name, path: [schema, table, names[index] ?? ''] };
      targets.set(number, [...(targets.get(number) ?? []), target]);
    });
  }
  return targets;
}
