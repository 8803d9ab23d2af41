import { appendFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeConnector } from '@idaemon/connector-testing';
import { folder } from './index.js';

describeConnector(folder, {
  async config() {
    const path = await mkdtemp(join(tmpdir(), 'folder-'));
    await mkdir(join(path, 'eu', 'south'), { recursive: true });
    await writeFile(join(path, 'orders.csv'), 'id,amount,day\n1,2.5,2024-05-31\n');
    await writeFile(join(path, 'notes.txt'), 'one\ntwo\n');
    await writeFile(join(path, '.hidden'), 'x');
    await writeFile(join(path, 'eu', 'stock.json'), '{}\n');
    await writeFile(join(path, 'eu', 'south', 'image.png'), '');
    return { path, host: 'here', followSymlinks: true };
  },
  catalogued: ({ path }) => ({
    fileFolders: ['', '/eu', '/eu/south'].map((name) => `FileFolder::here:${path}${name}`),
    dataFiles: [
      `CSVFile::here:${path}/orders.csv`,
      `Document::here:${path}/notes.txt`,
      `JSONFile::here:${path}/eu/stock.json`,
      `MediaFile::here:${path}/eu/south/image.png`,
    ],
    schemaTypes: [`TabularSchemaType::here:${path}/orders.csv`],
    columns: ['id', 'amount', 'day'].map((name) => `TabularFileColumn::here:${path}/orders.csv::${name}`),
  }),
  async change({ path }) {
    await appendFile(join(path, 'notes.txt'), 'three\n');
    return [`Document::here:${path}/notes.txt`];
  },
  async remove({ path }) {
    await rm(join(path, 'orders.csv'));
    const columns = ['id', 'amount', 'day'].map(
      (name) => `TabularFileColumn::here:${path}/orders.csv::${name}`,
    );
    return [`CSVFile::here:${path}/orders.csv`, `TabularSchemaType::here:${path}/orders.csv`, ...columns];
  },
  async readHalf({ path }) {
    await rename(join(path, 'eu'), `${path}.eu`);
    // What follows a link that leads to itself fails, for root too.
    await symlink('eu', join(path, 'eu'));
  },
  unreachable: ({ path }) => rename(path, `${path}.gone`),
  cleanUp: ({ path }) =>
    Promise.all(
      [path, `${path}.gone`, `${path}.eu`].map((each) => rm(each, { recursive: true, force: true })),
    ),
});
