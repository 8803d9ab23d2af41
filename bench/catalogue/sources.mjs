import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withClient } from '@idaemon/launcher/database';

const filesPerFolder = 100;
const kinds = ['json', 'log', 'txt', 'yaml', 'png'];

/** A tree of so many elements: files of several kinds and the folders that hold them. */
export async function makeTree(folder, elements) {
  await rm(folder, { recursive: true, force: true });
  const folders = Math.ceil(elements / (filesPerFolder + 1));
  let left = elements - folders - 1;
  for (let part = 0; part < folders; part += 1) {
    const path = join(folder, `part-${part}`);
    await mkdir(path, { recursive: true });
    const count = Math.min(left, filesPerFolder);
    left -= count;
    const names = Array.from(
      { length: count },
      (_, file) => `file-${part}-${file}.${kinds[file % kinds.length]}`,
    );
    await Promise.all(names.map((name) => writeFile(join(path, name), `${name}\n`)));
  }
}

/** A database of so many tables with twenty columns each, a primary key, and a foreign key to the table before. */
export async function makeDatabase(postgres, tables) {
  await withClient(postgres.url(), async (client) => {
    await client.query('drop database if exists bench_source with (force)');
    await client.query('create database bench_source');
  });
  await withClient(postgres.url('bench_source'), async (client) => {
    const perStatement = 50;
    for (let first = 0; first < tables; first += perStatement) {
      const statements = Array.from({ length: Math.min(perStatement, tables - first) }, (_, index) =>
        tableSql(first + index),
      );
      await client.query(statements.join(';'));
    }
  });
  return postgres.url('bench_source');
}

function tableSql(number) {
  const columns = Array.from(
    { length: 18 },
    (_, column) => `column_${column} ${column % 3 ? 'text' : 'numeric(12,2) not null default 0'}`,
  );
  const parent = number > 0 ? `parent_id int references table_${number - 1} (id)` : 'parent_id int';
  return `create table table_${number} (id int primary key, ${parent}, ${columns.join(', ')}); comment on table table_${number} is 'Table ${number} of the bench'`;
}
