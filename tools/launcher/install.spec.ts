import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { whyInstall } from './install.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'install-'));
  await mkdir(join(folder, 'node_modules'));
});
afterEach(() => rm(folder, { recursive: true }));

type Packages = Record<string, { version: string; integrity?: string; optional?: boolean }>;

async function reason(wanted: Packages, installed?: Packages) {
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...wanted } }));
  const hidden = join(folder, 'node_modules', '.package-lock.json');
  if (installed) await writeFile(hidden, JSON.stringify({ packages: installed }));
  return whyInstall(folder);
}

const zod = { 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' } };

test('a fresh clone needs an installation', async () => {
  expect(await reason(zod)).toBe('no dependencies yet');
});

test('what is installed as locked is left alone', async () => {
  expect(await reason(zod, zod)).toBeUndefined();
});

test('a new dependency, another version and other content need an installation', async () => {
  const nested = { ...zod, 'apps/cli/node_modules/pg': { version: '8.0.0' } };
  expect(await reason(nested, zod)).toBe('pg is missing');
  expect(await reason(zod, { 'node_modules/zod': { version: '4.6.6', integrity: 'sha512-a' } })).toBe(
    'zod has changed',
  );
  expect(await reason(zod, { 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-b' } })).toBe(
    'zod has changed',
  );
});

test('packages of other platforms may be missing', async () => {
  expect(
    await reason({ ...zod, 'node_modules/other-os': { version: '1.0.0', optional: true } }, zod),
  ).toBeUndefined();
});

test('an installation that was interrupted is done again', async () => {
  await writeFile(join(folder, 'node_modules', '.package-lock.json'), '{ "packages": {');
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages: zod }));
  expect(await whyInstall(folder)).toBe('no dependencies yet');
});
