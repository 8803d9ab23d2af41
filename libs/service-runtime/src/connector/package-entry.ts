import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';

/**
 * The module that a package or path leads to, as `import` would find it from `folder`: also that of the folder of a
 * package, and of packages that `require` may not have. Throws when there is none.
 */
export function packageEntry(name: string, folder: string): string {
  const require = createRequire(join(folder, 'package.json'));
  if (!name.startsWith('.') && !isAbsolute(name)) return ofPackage(name, folder, require);
  const path = resolve(folder, name);
  return (isFolder(path) ? entryIn(path) : undefined) ?? require.resolve(path);
}

function ofPackage(name: string, folder: string, require: NodeJS.Require): string {
  for (let at = folder; ; at = dirname(at)) {
    const found = entryIn(join(at, 'node_modules', name));
    if (found) return found;
    if (at === dirname(at)) return require.resolve(name);
  }
}

/** By the exports of its manifest; undefined: it has none, so that `require` knows the way. */
function entryIn(folder: string): string | undefined {
  try {
    const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      exports?: unknown;
    };
    const entry = targetOf(isObject(exports) && '.' in exports ? exports['.'] : exports);
    return entry && join(folder, entry);
  } catch {
    return undefined;
  }
}

/** The first condition that holds here. */
function targetOf(exported: unknown): string | undefined {
  if (typeof exported === 'string') return exported;
  if (!isObject(exported)) return undefined;
  for (const [condition, target] of Object.entries(exported)) {
    const entry = conditions.has(condition) ? targetOf(target) : undefined;
    if (entry) return entry;
  }
  return undefined;
}

const conditions: ReadonlySet<string> = new Set(['node', 'import', 'default']);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
