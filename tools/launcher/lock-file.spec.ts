import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

interface Locked {
  link?: boolean;
  resolved?: string;
  integrity?: string;
  optionalDependencies?: Record<string, string>;
}

/** Installing must work, and be checked, on every platform and with every registry: not only where it was last done. */
async function lockedPackages(): Promise<[string, Locked][]> {
  const text = await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8');
  return Object.entries((JSON.parse(text) as { packages: Record<string, Locked> }).packages);
}

const nameOf = (path: string) => path.split('node_modules/').at(-1);

test('the lock file has a checksum for every package, and no address of a registry', async () => {
  const fetched = (await lockedPackages()).filter(
    ([path, { link }]) => path.includes('node_modules/') && !link,
  );
  expect(fetched.length).toBeGreaterThan(100);
  expect(fetched.filter(([, { integrity }]) => !integrity).map(([path]) => path)).toEqual([]);
  expect(fetched.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
});

test('the lock file lists the programs of all platforms, not only of the one it was written on', async () => {
  const packages = await lockedPackages();
  const listed = new Set(packages.map(([path]) => nameOf(path)));
  const optional = packages.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies));
  expect(optional).toContain('@nx/nx-darwin-arm64');
  expect(optional.filter((name) => !listed.has(name))).toEqual([]);
});
