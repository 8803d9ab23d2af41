/**
 * The limit that the store is measured against: the same rows into copies of the same tables with the same indexes,
 * by multi-row inserts over one connection, as many rows in a transaction as the store writes in a batch.
 */
import pg from 'pg';

/** Filled behind the feed after a refresh, which does not wait for it. */
const filledLater = ['search_entry'];
const asText = { getTypeParser: () => (value) => value };

/** @param {string} url @param {{ schema?: string, rowsPerBatch?: number, minRows?: number }} [options] */
export async function bareLoad(url, { schema = 'open_metadata', rowsPerBatch = 500, minRows = 100 } = {}) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await tablesOf(client, schema, minRows);
    const batches = [];
    for (const table of tables) batches.push(...(await batchesOf(client, schema, table, rowsPerBatch)));
    await makeCopies(client, schema, tables);
    const startedAt = performance.now();
    for (const { sql, values } of batches) await client.query(sql, values);
    const ms = performance.now() - startedAt;
    const rows = Object.fromEntries(tables.map(({ name, count }) => [name, count]));
    await client.query('drop schema bare cascade');
    return { ms, rows };
  } finally {
    await client.end();
  }
}

async function tablesOf(client, schema, minRows) {
  const { rows } = await client.query(
    `select c.relname as name from pg_class c where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relpersistence = 'p'`,
    [schema],
  );
  const tables = [];
  for (const { name } of rows.filter((row) => !filledLater.includes(row.name))) {
    const { rows: counted } = await client.query(`select count(*)::int as count from ${schema}.${name}`);
    if (counted[0].count >= minRows)
      tables.push({ name, count: counted[0].count, columns: await columnsOf(client, schema, name) });
  }
  return tables;
}

async function columnsOf(client, schema, table) {
  const { rows } = await client.query(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [`${schema}.${table}`],
  );
  return rows;
}

/** All rows in memory as text, so that reading them is no part of the load. */
async function batchesOf(client, schema, { name, columns }, rowsPerBatch) {
  const names = columns.map((column) => `"${column.name}"`).join(', ');
  const texts = columns.map((column) => `"${column.name}"::text`).join(', ');
  const { rows } = await client.query({
    text: `select ${texts} from ${schema}.${name}`,
    rowMode: 'array',
    types: asText,
  });
  const parameters = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const aliases = columns.map((_, index) => `c${index}`).join(', ');
  const casts = columns.map(({ type }, index) => `c${index}::${type}`).join(', ');
  const sql = `insert into bare.${name} (${names}) overriding system value select ${casts} from unnest(${parameters}) as rows (${aliases})`;
  const batches = [];
  for (let at = 0; at < rows.length; at += rowsPerBatch) {
    const part = rows.slice(at, at + rowsPerBatch);
    batches.push({ sql, values: columns.map((_, index) => part.map((row) => row[index])) });
  }
  return batches;
}

async function makeCopies(client, schema, tables) {
  await client.query('drop schema if exists bare cascade');
  await client.query('create schema bare');
  for (const { name } of tables)
    await client.query(`create table bare.${name} (like ${schema}.${name} including all)`);
}
