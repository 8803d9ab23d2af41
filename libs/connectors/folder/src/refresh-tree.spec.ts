import { execFileSync } from 'node:child_process';
import {
  chmod,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  delegating,
  FakeOpenMetadata,
  startConnector,
  type RunningConnector,
} from '@idaemon/connector-testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folder } from './folder.connector.js';

describe('renames', () => {
  it('keep the element of a file with its columns', async () => {
    const { path, connector, refresh } = await catalogued({ 'a.csv': 'x,y\n1,2\n' });
    const guids = guidsOf(connector);
    await rename(join(path, 'a.csv'), join(path, 'b.csv'));
    expect((await refresh()).counts).toMatchObject({ created: 0, removed: 0, updated: 4 });
    expect(guidsOf(connector)).toEqual(guids);
    expect(named(connector, 'TabularFileColumn')).toEqual(['/b.csv::x', '/b.csv::y']);
  });

  it('keep a moved folder with all below it', async () => {
    const { path, connector, refresh } = await catalogued({
      'in/x/a.txt': 'a',
      'in/x/b.csv': 'x\n1\n',
      'out/.k': '',
    });
    const guids = guidsOf(connector);
    await rename(join(path, 'in', 'x'), join(path, 'out', 'y'));
    expect((await refresh()).counts).toMatchObject({ created: 0, removed: 0 });
    expect(guidsOf(connector)).toEqual(guids);
    expect(named(connector, 'Document')).toEqual(['/out/y/a.txt']);
  });

  it('may swap names', async () => {
    const { path, connector, refresh } = await catalogued({ 'a.txt': 'a', 'b.txt': 'b' });
    const [a, b] = [guidOf(connector, 'a.txt'), guidOf(connector, 'b.txt')];
    await rename(join(path, 'a.txt'), join(path, 'c'));
    await rename(join(path, 'b.txt'), join(path, 'a.txt'));
    await rename(join(path, 'c'), join(path, 'b.txt'));
    expect((await refresh()).counts).toMatchObject({ created: 0, removed: 0 });
    expect([guidOf(connector, 'b.txt'), guidOf(connector, 'a.txt')]).toEqual([a, b]);
  });

  it('are told from a new file that takes the place of an old one', async () => {
    const { path, connector, refresh } = await catalogued({ 'a.txt': 'a', 'd/b.txt': 'b' });
    const before = guidOf(connector, 'a.txt');
    await writeFile(join(path, '.a.txt.new'), 'new');
    await rename(join(path, '.a.txt.new'), join(path, 'a.txt'));
    expect((await refresh()).counts).toMatchObject({ created: 0, removed: 0, updated: 1 });
    expect(guidOf(connector, 'a.txt')).toBe(before);
  });

  it('are told from a new file that gets the inode of a removed one', async () => {
    const { path, connector, refresh } = await catalogued({ 'a.txt': 'a', 'b.txt': 'b' });
    const before = guidOf(connector, 'a.txt');
    await rm(join(path, 'a.txt'));
    await writeFile(join(path, 'c.txt'), 'c');
    expect((await refresh()).counts).toMatchObject({ created: 1, removed: 1 });
    expect(guidOf(connector, 'c.txt')).not.toBe(before);
  });

  it('do not mix up the names of one file that has several', async () => {
    const { path, refresh } = await catalogued({ 'a.txt': 'a' });
    await link(join(path, 'a.txt'), join(path, 'b.txt'));
    expect(await refresh()).toMatchObject({ counts: { created: 1, removed: 0 }, refused: [] });
    expect((await refresh()).counts).toMatchObject({ created: 0, updated: 0, removed: 0 });
  });
});

describe('symbolic links', () => {
  const tree = { 'real/a.txt': 'a', 'b.txt': 'b' };

  it('are left out', async () => {
    const { path, connector, refresh } = await catalogued(tree);
    await symlink('b.txt', join(path, 'link.txt'));
    await symlink('real', join(path, 'linked'));
    await refresh();
    expect(named(connector, 'Document')).toEqual(['/b.txt', '/real/a.txt']);
  });

  it('are followed when asked, to files and out of the tree, each as a thing of its own', async () => {
    const outside = await treeOf({ 'c.txt': 'c' });
    const { path, connector, refresh } = await catalogued(tree, { followSymlinks: true });
    await symlink('b.txt', join(path, 'link.txt'));
    await symlink(outside, join(path, 'one'));
    await symlink(outside, join(path, 'two'));
    expect((await refresh()).refused).toEqual([]);
    expect(named(connector, 'Document')).toEqual([
      ...['/b.txt', '/link.txt', '/one/c.txt', '/real/a.txt', '/two/c.txt'],
    ]);
    expect(connector.openMetadata.written(`Document::h:${path}/link.txt`)?.properties).toMatchObject({
      additionalProperties: { symbolicLink: 'true' },
    });
  });

  it('end where they go round in circles, and lead nowhere', async () => {
    const outside = await treeOf({ 'd/e.txt': 'e' });
    await symlink(outside, join(outside, 'd', 'up'));
    const { path, connector, refresh } = await catalogued(tree, { followSymlinks: true });
    await symlink('..', join(path, 'real', 'up'));
    await symlink(dirname(path), join(path, 'above'));
    await symlink('nowhere', join(path, 'dangling.txt'));
    await symlink(outside, join(path, 'out'));
    expect((await refresh()).unread).toEqual([]);
    expect(named(connector, 'Document')).toEqual(['/b.txt', '/out/d/e.txt', '/real/a.txt']);
    await symlink('self.txt', join(path, 'self.txt'));
    expect((await refresh()).unread[0]?.reason).toContain('circle');
  });
});

describe('names', () => {
  it('that are not UTF-8 are percent-encoded', async () => {
    const { path, connector, refresh } = await catalogued({});
    const inFolder = (name: Buffer) => Buffer.concat([Buffer.from(`${path}/`), name]);
    const odd = Buffer.from('d\xff', 'latin1');
    await mkdir(inFolder(odd));
    await writeFile(Buffer.concat([inFolder(odd), Buffer.from('/caf\xe9.csv', 'latin1')]), 'x\n1\n');
    await writeFile(join(path, 'Größe 100%.txt'), 'a');
    expect(await refresh()).toMatchObject({ refused: [], unread: [] });
    expect(named(connector, 'CSVFile')).toEqual(['/d%FF/caf%E9.csv']);
    expect(named(connector, 'TabularFileColumn')).toEqual(['/d%FF/caf%E9.csv::x']);
    expect(named(connector, 'Document')).toEqual(['/Größe 100%.txt']);
  });

  it('choose what is taken, and folders come with what they hold', async () => {
    const files = {
      'a.csv': 'x\n',
      'x/y/b.csv': 'x\n',
      'z/c.txt': 'c',
      'old/d.csv': 'x\n',
      '.h/e.csv': 'x\n',
    };
    const { connector } = await catalogued(files, { include: ['**/*.csv'], exclude: ['old'] });
    expect(named(connector, 'CSVFile')).toEqual(['/a.csv', '/x/y/b.csv']);
    expect(named(connector, 'FileFolder')).toEqual(['', '/x', '/x/y']);
  });

  it('are the same when the content tells another kind', async () => {
    const { path, connector, refresh } = await catalogued({ export: 'PAR1', 'a.csv': 'x\n1\n' });
    expect(connector.openMetadata.written(`DataFile::h:${path}/export`)).toMatchObject({
      type: 'ParquetFile',
    });
    await writeFile(join(path, 'export'), '#!/bin/sh\n');
    expect((await refresh()).counts).toMatchObject({ created: 0, removed: 0, updated: 1 });
  });

  it('of pipes and sockets are left out', async () => {
    const { path, connector, refresh } = await catalogued({ 'a.txt': 'a' });
    execFileSync('mkfifo', [join(path, 'pipe.csv')]);
    await refresh();
    expect(connector.openMetadata.names('dataFiles')).toHaveLength(1);
  });
});

describe('content', () => {
  it('tells encoding, lines and columns', async () => {
    const { path, connector } = await catalogued({ 'a.csv': 'id;name\n1;Größe\n', 'empty.csv': '' });
    expect(connector.openMetadata.written(`CSVFile::h:${path}/a.csv`)).toMatchObject({
      properties: { delimiterCharacter: ';', additionalProperties: { lineCount: '2', size: '18' } },
      classifications: { DataStoreEncoding: { encoding: 'UTF-8' } },
    });
    expect(connector.openMetadata.written(`TabularFileColumn::h:${path}/a.csv::id`)).toMatchObject({
      properties: { position: 0, displayName: 'id' },
      classifications: { TypeEmbeddedAttribute: { dataType: 'integer' } },
    });
  });

  it('is left alone where columns and lines are not wanted', async () => {
    const { connector } = await catalogued({ 'a.csv': 'x\n1\n' }, { columns: false, lineCountMaxBytes: 0 });
    expect(named(connector, 'TabularFileColumn')).toEqual([]);
  });

  it('loses one column alone', async () => {
    const { path, connector, refresh } = await catalogued({ 'a.csv': 'x,y,z\n1,2,3\n' });
    const kept = connector.openMetadata.guidOf(`TabularFileColumn::h:${path}/a.csv::z`);
    await writeFile(join(path, 'a.csv'), 'x,z\n1,3\n');
    expect((await refresh()).removed).toEqual([`TabularFileColumn::h:${path}/a.csv::y`]);
    expect(connector.openMetadata.guidOf(`TabularFileColumn::h:${path}/a.csv::z`)).toBe(kept);
  });

  it('that cannot be understood for now keeps the columns that were known', async () => {
    const { path, connector, refresh } = await catalogued({});
    const data = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '..', 'data');
    const file = join(path, 'a.parquet');
    await copyFile(join(data, 'flights-3m.parquet'), file);
    await refresh();
    const columns = named(connector, 'TabularFileColumn');
    expect(columns).toContain('/a.parquet::delay');
    await truncate(file, 1_000_000);
    expect((await refresh()).unread).toMatchObject([{ what: `ParquetFile::h:${path}/a.parquet` }]);
    expect(named(connector, 'TabularFileColumn')).toEqual(columns);
  });
});

describe('what cannot be read', () => {
  const tree = { 'open/a.txt': 'a', 'locked/b.txt': 'b', 'locked/in/c.txt': 'c', 'secret.csv': 'x\n1\n' };

  it('keeps all that was below a locked folder', async () => {
    const { path, connector, refresh } = await catalogued(tree);
    const before = connector.openMetadata.names();
    await rm(join(path, 'open', 'a.txt'));
    await chmod(join(path, 'locked'), 0);
    const report = await asNobody(refresh);
    await chmod(join(path, 'locked'), 0o755);
    expect(report.unread).toMatchObject([{ what: `FileFolder::h:${path}/locked` }]);
    expect(report.removed).toEqual([`Document::h:${path}/open/a.txt`]);
    expect(connector.openMetadata.names()).toHaveLength(before.length - 1);
  });

  it('is catalogued by name and size when only its content is locked, and keeps its columns', async () => {
    const { path, connector, refresh } = await catalogued(tree);
    await writeFile(join(path, 'secret.csv'), 'x,y\n1,2\n');
    await chmod(join(path, 'secret.csv'), 0);
    const report = await asNobody(refresh);
    expect(report.unread).toMatchObject([{ what: `CSVFile::h:${path}/secret.csv` }]);
    expect(report.removed).toEqual([]);
    expect(connector.openMetadata.written(`CSVFile::h:${path}/secret.csv`)?.properties).toMatchObject({
      additionalProperties: { size: '8' },
    });
    expect(named(connector, 'TabularFileColumn')).toEqual(['/secret.csv::x']);
  });

  it('is the business of a person when it is the root', async () => {
    const { path, connector, refresh } = await catalogued(tree);
    await chmod(path, 0);
    await expect(asNobody(refresh)).rejects.toMatchObject({ code: 'not-authorized' });
    await chmod(path, 0o755);
    expect(connector.openMetadata.names('dataFiles')).toHaveLength(4);
  });

  it('may vanish while it is read', async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`d${index}/a.csv`, 'x\n1\n']));
    const { path, connector } = await catalogued(files);
    let written = 0;
    const report = await connector.refresh((port) =>
      delegating(port, {
        write: async (collection, scope, element) => {
          await rm(join(path, `d${(written++ * 7) % 40}`), { recursive: true, force: true });
          return port.write(collection, scope, element);
        },
      }),
    );
    expect(report).toMatchObject({ unread: [], refused: [] });
  });
});

describe('the root', () => {
  it('must be a folder, which a person has to see to', async () => {
    const path = await treeOf({ 'a.txt': 'a' });
    const started = startConnector(folder, { config: { path: join(path, 'a.txt') } });
    await expect(started).rejects.toMatchObject({ code: 'configuration-invalid' });
  });

  it('that is empty on another file system is not mounted, and nothing is removed', async () => {
    const { path, connector, refresh } = await catalogued({ 'a.txt': 'a' });
    await connector.openMetadata.state.put('root', { path, device: '1', folder: '2:3' });
    await rm(join(path, 'a.txt'));
    await expect(refresh()).rejects.toMatchObject({ code: 'system-unavailable' });
    await expect(refresh()).rejects.toThrow('mounted');
    expect(connector.openMetadata.names('dataFiles')).toHaveLength(1);
  });

  it('that was emptied where it is loses what it held: the guard of removals is told', async () => {
    const { path, connector, refresh } = await catalogued({ 'a.txt': 'a', 'b/c.txt': 'c' });
    await rm(join(path, 'a.txt'));
    await rm(join(path, 'b'), { recursive: true });
    expect((await refresh()).counts.removed).toBe(3);
    await rm(path, { recursive: true });
    await mkdir(path);
    expect((await refresh()).counts).toMatchObject({ removed: 0, failed: 0 });
    expect(named(connector, 'FileFolder')).toEqual(['']);
  });

  it('that is replaced while it is read makes the refresh fail', async () => {
    const { path, connector } = await catalogued({ 'a.txt': 'a', 'b.txt': 'b' });
    const before = connector.openMetadata.names();
    let isReplaced = false;
    const refreshed = connector.refresh((port) =>
      delegating(port, {
        write: async (collection, scope, element) => {
          if (!isReplaced) {
            await rename(path, `${path}.gone`);
            await mkdir(path);
          }
          isReplaced = true;
          return port.write(collection, scope, element);
        },
      }),
    );
    await expect(refreshed).rejects.toMatchObject({ code: 'system-unavailable' });
    expect(connector.openMetadata.names()).toEqual(before);
    await rm(`${path}.gone`, { recursive: true });
  });
});

interface Options {
  include?: string[];
  exclude?: string[];
  followSymlinks?: boolean;
  columns?: boolean;
  lineCountMaxBytes?: number;
}

async function catalogued(files: Readonly<Record<string, string>>, options: Options = {}) {
  const path = await treeOf(files);
  const openMetadata = new FakeOpenMetadata();
  const connector = await startConnector(folder, { config: { path, host: 'h', ...options }, openMetadata });
  onTestFinished(() => connector.stop());
  await connector.refresh();
  return { path, connector, refresh: connector.refresh };
}

async function treeOf(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'folder-'));
  await chmod(path, 0o755);
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}

/** Names below the root of the elements whose name begins with a type. */
function named(connector: RunningConnector, type: string): string[] {
  const names = connector.openMetadata.names().filter((name) => name.startsWith(`${type}::`));
  return names.map((name) => name.replace(/^.*?\/folder-[^/]*/, ''));
}

function guidOf(connector: RunningConnector, name: string): string | undefined {
  const found = connector.openMetadata.stored().find(({ write }) => write.qualifiedName.endsWith(`/${name}`));
  return found?.guid;
}

function guidsOf(connector: RunningConnector): string[] {
  return connector.openMetadata
    .stored()
    .map(({ guid }) => guid)
    .sort();
}

/** Root may read everything: for it the rights of a user without any are taken. */
async function asNobody<T>(act: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(65_534);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}
