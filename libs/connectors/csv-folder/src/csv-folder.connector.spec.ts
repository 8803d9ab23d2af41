import { mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeConnector } from '@idaemon/connector-testing';
import { csvFolder } from './csv-folder.connector.js';

const qualifiedName = (folder: string, name: string) => `CSVFile::${hostname()}:${join(folder, name)}`;

describeConnector(csvFolder, {
  async config() {
    const folder = await mkdtemp(join(tmpdir(), 'csv-folder-'));
    for (const name of ['orders.csv', 'returns.csv', 'notes.txt']) await writeFile(join(folder, name), '1\n');
    return { folder };
  },
  catalogued: ({ folder }) => ({
    dataFiles: [qualifiedName(folder, 'orders.csv'), qualifiedName(folder, 'returns.csv')],
  }),
  async change({ folder }) {
    await utimes(join(folder, 'orders.csv'), new Date(0), new Date(0));
    return [qualifiedName(folder, 'orders.csv')];
  },
  async remove({ folder }) {
    await rm(join(folder, 'returns.csv'));
    return [qualifiedName(folder, 'returns.csv')];
  },
  // A link to itself cannot be followed, by root neither.
  readHalf: ({ folder }) => symlink('loop.csv', join(folder, 'loop.csv')),
  unreachable: ({ folder }) => rename(folder, `${folder}.gone`),
  async cleanUp({ folder }) {
    await rm(folder, { recursive: true, force: true });
    await rm(`${folder}.gone`, { recursive: true, force: true });
  },
});
