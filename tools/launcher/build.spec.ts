import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { build } from './build.mjs';
import { workspaceFolder } from './folders.mjs';

let workspace: string;
const source = (name: string) => join(workspace, 'libs', 'one', 'src', name);
const built = (name: string) => join(workspace, 'libs', 'one', 'dist', name);

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'build-'));
  await cp(join(workspaceFolder, '.swcrc'), join(workspace, '.swcrc'));
  await symlink(join(workspaceFolder, 'node_modules'), join(workspace, 'node_modules'));
  await mkdir(source('data'), { recursive: true });
  await writeFile(join(workspace, 'libs', 'one', 'package.json'), '{}');
  await writeFile(source('main.ts'), 'export const answer: number = 42;\n');
  await writeFile(source('main.spec.ts'), 'export {};\n');
  await writeFile(source('data/types.json'), '{"a":1}');
});
afterEach(() => rm(workspace, { recursive: true }));

test('compiles sources with their maps, copies data, leaves specs out', async () => {
  expect(await build({ workspace })).toEqual({ built: 2, unchanged: 0 });
  expect(await readFile(built('main.js'), 'utf8')).toContain('export const answer = 42;');
  expect(await readFile(built('data/types.json'), 'utf8')).toBe('{"a":1}');
  const map = JSON.parse(await readFile(built('main.js.map'), 'utf8')) as { sources: string[] };
  expect(map.sources).toEqual(['../src/main.ts']);
  expect((await readdir(built('.'))).sort()).toEqual(['data', 'main.js', 'main.js.map']);
});

test('builds nothing twice, and only what changed', async () => {
  await build({ workspace });
  expect(await build({ workspace })).toEqual({ built: 0, unchanged: 2 });
  await writeFile(source('main.ts'), 'export const answer = 43;\n');
  expect(await build({ workspace })).toEqual({ built: 1, unchanged: 1 });
});

test('notices a source that is older than what it replaces', async () => {
  await build({ workspace });
  await writeFile(source('old'), 'export const answer = 41;\n');
  await utimes(source('old'), new Date(0), new Date(0));
  await rename(source('old'), source('main.ts'));
  expect(await build({ workspace })).toEqual({ built: 1, unchanged: 1 });
});

test('removes what was built of a source that is gone', async () => {
  await build({ workspace });
  await rm(source('main.ts'));
  await build({ workspace });
  expect(await readdir(built('.'))).toEqual(['data']);
});

test('names the file that does not compile', async () => {
  await writeFile(source('main.ts'), 'export const = ;\n');
  await expect(build({ workspace })).rejects.toThrow(/main\.ts: it does not compile/);
});
