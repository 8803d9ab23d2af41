import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Definitions } from './definitions.js';
import { addExternalConnectors } from './external-connectors.js';

let folder: string;
const zod = import.meta.resolve('zod');

const connector = (name: string, service = 'files-integrator') => `
  import { z } from ${JSON.stringify(zod)};
  export const helper = 42;
  export const connector = {
    name: '${name}', description: 'Of another package.', service: { name: '${service}', collections: {} },
    config: z.object({}), refresh: async () => {},
  };`;

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idaemon-connectors-'));
  const manifest = { name: 'acme-files', version: '3.2.1', type: 'module', exports: './index.js' };
  await put('node_modules/acme-files/package.json', JSON.stringify(manifest));
  await put('node_modules/acme-files/index.js', connector('acme'));
  const forImport = { import: { types: './index.d.ts', default: './index.js' } };
  await put('project/package.json', JSON.stringify({ ...manifest, exports: { '.': forImport } }));
  await put('project/index.js', connector('project'));
  await put('node_modules/@acme/modern/package.json', JSON.stringify({ ...manifest, exports: forImport }));
  await put('node_modules/@acme/modern/index.js', connector('modern'));
  await put('node_modules/older/package.json', JSON.stringify({ version: '1.0.0', main: 'lib.mjs' }));
  await put('node_modules/older/lib.mjs', connector('older'));
  await put('local/index.mjs', connector('local'));
  await put('other/service.mjs', connector('topics', 'topic-integrator'));
  await put('wrong/service.mjs', connector('nowhere', 'nobodys-integrator'));
  await put('wrong/empty.mjs', 'export const nothing = 1;');
  await put('wrong/broken.mjs', 'export const = 1;');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const told: unknown[] = [];
const log = { info: (...line: unknown[]) => void told.push(line) };

async function load(...names: string[]): Promise<Definitions> {
  const definitions = new Definitions('files-integrator', [], '1.0.0');
  await addExternalConnectors(definitions, names, folder, log);
  return definitions;
}

it('adds the connectors of packages and paths, with the version of their package', async () => {
  const definitions = await load('acme-files', './local/index.mjs');
  expect(definitions.names).toEqual(['acme', 'local']);
  expect(definitions.hosted().find(({ name }) => name === 'acme')?.version).toBe('3.2.1');
});

it('finds the folder of a package, and packages for import alone or with a main file', async () => {
  const definitions = await load('./project', '@acme/modern', 'older');
  expect(definitions.hosted().map(({ name, version }) => `${name} ${version}`)).toEqual([
    'project 3.2.1',
    'modern 3.2.1',
    'older 1.0.0',
  ]);
});

it('skips connectors of another service, and says so once', async () => {
  const definitions = await load('./other/service.mjs', './local/index.mjs');
  expect(definitions.names).toEqual(['local']);
  expect(told).toEqual([
    [
      { skipped: ['topics'] },
      'Connectors of ./other/service.mjs are for other services than the files-integrator',
    ],
  ]);
});

it.each([
  ['not-installed', 'not-installed, which IDAEMON_CONNECTORS names, cannot be found: it is not installed'],
  ['./nowhere.mjs', 'the path does not lead to a module'],
  ['./wrong/empty.mjs', 'exports no connector made with defineConnector'],
  ['./wrong/broken.mjs', 'cannot be loaded'],
  ['./wrong/service.mjs', 'belongs to the nobodys-integrator, not to the files-integrator'],
])('refuses to start with %s', async (name, message) => {
  await expect(load(name)).rejects.toMatchObject({ code: 'configuration-invalid' });
  await expect(load(name)).rejects.toThrow(message);
});
