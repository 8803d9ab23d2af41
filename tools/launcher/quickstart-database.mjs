/** The quick start's third party: a database `shop` with real data, and a role that may only read it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDatabase, ensureRole, withClient } from './database.mjs';
import { datasetFolder } from './datasets.mjs';
import { parseCsv } from './csv.mjs';
import { workspaceFolder } from './folders.mjs';

export const shop = { database: 'shop', reader: 'reader' };
const rowsPerInsert = 5000;

/**
 * @param {Pick<import('./embedded-postgres.mjs').EmbeddedPostgres, 'url'>} postgres
 * @param {string} readerPassword
 * @returns {Promise<{ isNew: boolean }>}
 */
export async function ensureShop(postgres, readerPassword) {
  const isNew = await withClient(postgres.url(), async (client) => {
    await ensureRole(client, { name: shop.reader, password: readerPassword });
    return ensureDatabase(client, shop.database);
  });
  const isFilled = await withClient(postgres.url(shop.database), fill);
  return { isNew: isNew || isFilled };
}

/**
 * @param {import('pg').Client} client
 * @returns {Promise<boolean>} whether it was empty; what users changed in it stays
 */
async function fill(client) {
  const { rowCount } = await client.query(`select from pg_namespace where nspname = 'geography'`);
  if (rowCount) return false;
  const script = await readFile(join(workspaceFolder, 'examples', 'shop.sql'), 'utf8');
  await client.query('begin');
  await client.query('create temporary table loaded (file text not null, row jsonb not null) on commit drop');
  for (const [, file] of script.matchAll(/^-- load (\S+)$/gm))
    await load(client, /** @type {string} */ (file));
  await client.query(script);
  await client.query('commit');
  // Row estimates are part of the catalogue, and come from here.
  await client.query('analyze');
  return true;
}

/** @param {import('pg').Client} client @param {string} file */
async function load(client, file) {
  const text = await readFile(join(datasetFolder, file), 'utf8');
  const rows = /** @type {unknown[]} */ (file.endsWith('.json') ? JSON.parse(text) : parseCsv(text));
  for (let at = 0; at < rows.length; at += rowsPerInsert) {
    const part = JSON.stringify(rows.slice(at, at + rowsPerInsert));
    await client.query('insert into loaded select $1, jsonb_array_elements($2::jsonb)', [file, part]);
  }
}
