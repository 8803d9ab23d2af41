#!/usr/bin/env node
/** `npm run shop -- "SQL"`: changes or asks the example database of the system that `npm start` runs; `--url` for psql. */
import { join } from 'node:path';
import { withClient } from './database.mjs';
import { LauncherError, inPlainWords } from './failure.mjs';
import { homeFolder } from './folders.mjs';
import { readIfThere, readJsonObject } from './private-files.mjs';
import { shop } from './quickstart-database.mjs';

/** As superuser, whose password only the owner of the home can read. @param {string} home @returns {Promise<string>} */
export async function shopUrl(home) {
  const folder = join(home, 'postgres');
  const { port } = await readJsonObject(join(folder, 'server.json'));
  const password = await readIfThere(join(folder, 'password'));
  if (typeof port !== 'number' || !password)
    throw new LauncherError(
      `The example database in ${home}`,
      'it is not there',
      'Start it with "npm start".',
    );
  return `postgresql://postgres:${encodeURIComponent(password.trim())}@127.0.0.1:${port}/${shop.database}`;
}

/** @param {string} url @param {string} sql @returns {Promise<string>} rows, else what was done */
export async function ask(url, sql) {
  const answered = await withClient(url, (client) =>
    client.query(sql).catch((/** @type {Error} */ error) => {
      throw new LauncherError('The example database', error.message, 'Correct the statement.', {
        cause: error,
      });
    }),
  );
  const { rows, command } = [answered].flat().at(-1) ?? { rows: [], command: 'nothing' };
  return rows.length ? rows.map((row) => JSON.stringify(row)).join('\n') : `${command}: done`;
}

/** @param {string[]} args */
async function main([sql]) {
  const url = await shopUrl(homeFolder());
  console.log(!sql || sql === '--url' ? url : await ask(url, sql));
}

if (process.argv[1] === import.meta.filename) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(inPlainWords(error));
    process.exitCode = 1;
  }
}
