import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const workspace = new URL('../../', import.meta.url);
const read = async (path) => readFile(new URL(path, workspace), 'utf8');
const { release } = JSON.parse(await read('nx.json'));

test('exactly the packages that declare types for others are released', async () => {
  const folders = await readdir(new URL('libs', workspace));
  const published = await Promise.all(
    folders.map(async (folder) => {
      const isTyped = await read(`libs/${folder}/tsconfig.build.json`).catch(() => undefined);
      return isTyped ? [`libs/${folder}`] : [];
    }),
  );
  expect([...release.projects].sort()).toEqual(published.flat().sort());
});

test('a released package needs no package that is not released', async () => {
  const manifests = await Promise.all(
    release.projects.map(async (folder) => JSON.parse(await read(`${folder}/package.json`))),
  );
  const released = new Set(manifests.map(({ name }) => name));
  const needed = manifests.flatMap(({ dependencies = {} }) => Object.keys(dependencies));
  const missing = needed.filter((name) => name.startsWith('@idaemon/') && !released.has(name));
  expect(missing).toEqual([]);
  expect(manifests.filter((manifest) => manifest.private)).toEqual([]);
});

test('released packages need each other in the version that they are released in, or a later one that fits', async () => {
  const manifests = await Promise.all(
    release.projects.map(async (folder) => JSON.parse(await read(`${folder}/package.json`))),
  );
  const versions = new Map(manifests.map(({ name, version }) => [name, version]));
  for (const { name, dependencies = {}, peerDependencies = {} } of manifests) {
    for (const [needed, range] of Object.entries({ ...dependencies, ...peerDependencies })) {
      if (versions.has(needed)) expect(range, `${name} needs ${needed}`).toBe(`^${versions.get(needed)}`);
    }
  }
});

test('each version plan says how much all packages change, and what users notice', async () => {
  const plans = await readdir(new URL('.nx/version-plans', workspace)).catch(() => []);
  for (const plan of plans) {
    const text = await read(`.nx/version-plans/${plan}`);
    expect(text, plan).toMatch(/^---\n__default__: (patch|minor|major)\n---\n\n\S/);
  }
});
