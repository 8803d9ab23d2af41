import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { referencePages } from './reference.mjs';

const workspace = new URL('../../', import.meta.url);
const textOf = (path) => readFile(new URL(path, workspace), 'utf8').catch(() => '');

describe('the reference', () => {
  it.each(Object.entries(referencePages()))(
    '%s is what the schemas say (else: npm run docs)',
    async (name, content) => expect(await textOf(`docs/reference/${name}`)).toBe(content),
  );

  it.each(Object.keys(referencePages()))('%s is led to from the README', async (name) => {
    expect(await textOf('README.md')).toContain(`(docs/reference/${name})`);
  });

  it('has every variable that a process of the product reads', async () => {
    const page = await textOf('docs/reference/environment.md');
    const read = new Set();
    for (const path of await sources()) {
      for (const [name] of (await textOf(path)).matchAll(/\bIDAEMON(_[A-Z]+)+\b/g)) read.add(name);
    }
    expect(read.size).toBeGreaterThan(30);
    expect([...read].filter((name) => !isListed(page, name))).toEqual([]);
  });
});

async function sources() {
  const folders = ['apps', 'libs', 'tools'].map(async (folder) =>
    (await readdir(new URL(folder, workspace), { recursive: true })).map((path) => `${folder}/${path}`),
  );
  return (await Promise.all(folders))
    .flat()
    .filter((path) => /\.(ts|mjs)$/.test(path) && !isOfTests.test(path) && !isNoSource.test(path));
}

const isNoSource = /\/(node_modules|dist)\//;
const isOfTests = /spec\.(ts|mjs)$|\/(testing|__fixtures__|targets)\//;
/** Set by the launcher for what it starts, never by people. */
const isOwn = /^IDAEMON_(QUICKSTART|TEST)_/;
/** IDAEMON_DAEMON_PORT and so on: a row for all. */
const isPortOfOne = /^IDAEMON_[A-Z_]+_PORT$/;

function isListed(page, name) {
  return isOwn.test(name) || isPortOfOne.test(name) || page.includes(`\`${name}\``);
}
