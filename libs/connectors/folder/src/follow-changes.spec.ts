import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SystemUnavailableError } from '@idaemon/connector-kit';
import { startConnector, type FakeOpenMetadata } from '@idaemon/connector-testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { folder } from './folder.connector.js';

/** The promise; a busy machine is given the double. */
const soon = { timeout: 4_000, interval: 20 };

describe('engage', { timeout: 20_000 }, () => {
  it('sees a new file, a changed and a removed one within two seconds', async () => {
    const { path, openMetadata } = await followed({ 'a.txt': 'a' });
    await writeFile(join(path, 'b.csv'), 'x,y\n1,2\n');
    await eventually(() => expect(openMetadata.names('columns')).toHaveLength(2));
    await appendFile(join(path, 'a.txt'), 'more');
    await eventually(() => expect(sizeOf(openMetadata, `Document::h:${path}/a.txt`)).toBe('5'));
    await rm(join(path, 'b.csv'));
    await eventually(() => expect(openMetadata.names('dataFiles')).toEqual([`Document::h:${path}/a.txt`]));
    expect(openMetadata.names('columns')).toEqual([]);
  });

  it('sees a rename as one', async () => {
    const { path, openMetadata } = await followed({ 'a.csv': 'x\n1\n', 'd/.keep': '' });
    const guid = openMetadata.guidOf(`CSVFile::h:${path}/a.csv`);
    const column = openMetadata.guidOf(`TabularFileColumn::h:${path}/a.csv::x`);
    await rename(join(path, 'a.csv'), join(path, 'd', 'b.csv'));
    await eventually(() => expect(openMetadata.guidOf(`CSVFile::h:${path}/d/b.csv`)).toBe(guid));
    await eventually(() =>
      expect(openMetadata.guidOf(`TabularFileColumn::h:${path}/d/b.csv::x`)).toBe(column),
    );
    await settled();
    expect(openMetadata.names('dataFiles')).toHaveLength(1);
  });

  it('keeps a moved folder with all below it, and goes on following it', async () => {
    const { path, openMetadata } = await followed({
      'in/x/a.txt': 'a',
      'in/x/y/b.txt': 'b',
      'out/.keep': '',
    });
    const guids = guidsOf(openMetadata);
    await rename(join(path, 'in', 'x'), join(path, 'out', 'z'));
    await eventually(() => expect(openMetadata.guidOf(`Document::h:${path}/out/z/y/b.txt`)).toBeDefined());
    await settled();
    expect(guidsOf(openMetadata)).toEqual(guids);
    await writeFile(join(path, 'out', 'z', 'y', 'c.txt'), 'c');
    await eventually(() => expect(openMetadata.guidOf(`Document::h:${path}/out/z/y/c.txt`)).toBeDefined());
  });

  it('sees a new folder with what is in it, and a removed one go', async () => {
    const { path, openMetadata } = await followed({ 'a.txt': 'a' });
    await mkdir(join(path, 'n', 'm'), { recursive: true });
    await writeFile(join(path, 'n', 'm', 'b.txt'), 'b');
    await eventually(() => expect(openMetadata.guidOf(`Document::h:${path}/n/m/b.txt`)).toBeDefined());
    await rm(join(path, 'n'), { recursive: true });
    await eventually(() => expect(openMetadata.names('fileFolders')).toEqual([`FileFolder::h:${path}`]));
    expect(openMetadata.names('dataFiles')).toHaveLength(1);
  });

  it('asks for a refresh when a column is gone', async () => {
    const { path, openMetadata, requests } = await followed({ 'a.csv': 'x,y\n1,2\n' });
    await writeFile(join(path, 'a.csv'), 'x,z\n1,2\n');
    const added = `TabularFileColumn::h:${path}/a.csv::z`;
    await eventually(() => expect(openMetadata.names('columns')).toContain(added));
    await eventually(() => expect(requests()).toBe(1));
  });

  it('asks for a refresh when too much comes at once', async () => {
    const { path, openMetadata, requests } = await followed({ 'a.txt': 'a' });
    const names = Array.from({ length: 1_100 }, (_, number) => [`${number}.txt`, '']);
    const crowd = await treeOf(Object.fromEntries(names) as Record<string, string>);
    await rename(crowd, join(path, 'crowd'));
    await eventually(() => expect(requests()).toBe(1));
    expect(openMetadata.names('dataFiles')).toEqual([`Document::h:${path}/a.txt`]);
  });

  it('takes only what is included, with the folders that hold it', async () => {
    const { path, openMetadata } = await followed({ 'a.txt': 'a', 'd/.keep': '' }, { include: ['**/*.csv'] });
    expect(openMetadata.names('fileFolders')).toEqual([`FileFolder::h:${path}`]);
    await writeFile(join(path, 'd', 'b.txt'), 'b');
    await writeFile(join(path, 'd', 'b.csv'), 'x\n1\n');
    await eventually(() => expect(openMetadata.names('columns')).toHaveLength(1));
    expect(openMetadata.names('fileFolders')).toEqual([`FileFolder::h:${path}`, `FileFolder::h:${path}/d`]);
    expect(openMetadata.names('dataFiles')).toEqual([`CSVFile::h:${path}/d/b.csv`]);
  });

  it('fails when the root goes away, and removes nothing', async () => {
    const { path, openMetadata, engagement } = await followed({ 'a.txt': 'a', 'b/c.txt': 'c' });
    const before = openMetadata.names();
    await rename(path, `${path}.gone`);
    onTestFinished(() => rm(`${path}.gone`, { recursive: true }));
    await expect(engagement.done).rejects.toMatchObject({ code: 'system-unavailable' });
    expect(openMetadata.names()).toEqual(before);
  });

  it('fails with a write that fails, and writes it when it follows again', async () => {
    const { path, connector, openMetadata } = await catalogued({});
    const failing = connector.engage((port) => ({
      ...port,
      change: () => Promise.reject(new SystemUnavailableError('The gateway of this test')),
    }));
    await writeFile(join(path, 'a.txt'), 'a');
    await expect(failing.done).rejects.toMatchObject({ code: 'system-unavailable' });
    connector.engage();
    await eventually(() => expect(openMetadata.names('dataFiles')).toHaveLength(1));
  });

  it('watches nothing when it is switched off, and waits', async () => {
    const { path, openMetadata, connector } = await followed({ 'a.txt': 'a' }, { watch: false });
    await writeFile(join(path, 'b.txt'), 'b');
    await settled();
    expect(openMetadata.names('dataFiles')).toHaveLength(1);
    await connector.refresh();
    expect(openMetadata.names('dataFiles')).toHaveLength(2);
  });
});

interface Options {
  include?: string[];
  watch?: boolean;
}

async function catalogued(files: Readonly<Record<string, string>>, options: Options = {}) {
  const path = await treeOf(files);
  const connector = await startConnector(folder, { config: { path, host: 'h', ...options } });
  onTestFinished(() => connector.stop());
  await connector.refresh();
  return { path, connector, openMetadata: connector.openMetadata };
}

async function followed(files: Readonly<Record<string, string>>, options?: Options) {
  const started = await catalogued(files, options);
  const engagement = started.connector.engage();
  return { ...started, engagement, requests: engagement.requests };
}

async function treeOf(files: Readonly<Record<string, string>>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'folder-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}

function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, soon);
}

/** Until whatever may still come has come: events have no end. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}

function sizeOf(openMetadata: FakeOpenMetadata, name: string): unknown {
  const properties = openMetadata.written(name)?.properties.additionalProperties;
  return properties && typeof properties === 'object' && 'size' in properties ? properties.size : undefined;
}

function guidsOf(openMetadata: FakeOpenMetadata): string[] {
  return openMetadata
    .stored()
    .map(({ guid }) => guid)
    .sort();
}
