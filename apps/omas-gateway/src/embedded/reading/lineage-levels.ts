import { subtypesOf } from '@idaemon/open-metadata';

/** From what holds columns to the columns, each from end 1 to end 2. */
const containment = ['AssetSchemaType', 'AttributeForSchema', 'NestedSchemaAttribute', 'PortSchema'];
const deepest = 12;

/** Of a table, which is a schema attribute to Egeria, a column is a part. */
const datasetTypes = [...subtypesOf('Asset'), ...subtypesOf('RelationalTable')];
const columnTypes = subtypesOf('SchemaAttribute').filter((type) => !datasetTypes.includes(type));

const inSql = (names: readonly string[]) => `(${names.map((name) => `'${name}'`).join(', ')})`;

/** Whether an element of this type is a column, or a field inside of one. */
export function isColumn(type: string): boolean {
  return (columnTypes as readonly string[]).includes(type);
}

/** The ids of the columns below $1, at most $2. */
export const columnsBelowSql = `
  with recursive below (id, level) as (
    select $1::bigint, 0
    union
    select r.end2_id, b.level + 1 from below b join relationship r on r.end1_id = b.id
    where r.type in ${inSql(containment)} and b.level < ${deepest})
  select distinct e.id from below b join element e on e.id = b.id
  where e.type in ${inSql(columnTypes)} order by e.id limit $2`;

/** The id of the dataset nearest above $1. */
export const datasetAboveSql = `
  with recursive above (id, level) as (
    select $1::bigint, 0
    union
    select r.end1_id, a.level + 1 from above a join relationship r on r.end2_id = a.id
    where r.type in ${inSql(containment)} and a.level < ${deepest})
  select e.id from above a join element e on e.id = a.id
  where e.type in ${inSql(datasetTypes)} order by a.level, e.id limit 1`;
