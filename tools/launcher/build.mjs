/**
 * Compiles the sources of projects to `dist`, only those that changed: `node build.mjs [folder…]`, default all.
 * One process for all of them: starting a compiler per project costs more than compiling.
 */
import { copyFile, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inPlainWords, LauncherError } from './failure.mjs';
import { workspaceFolder } from './folders.mjs';

/** @typedef {{ source: string, target: string, isCompiled: boolean }} Piece `target`: its main file in dist */

const projectFolders = ['apps', 'libs', 'libs/connectors', 'tools'];
const atOnce = availableParallelism() * 4;

/**
 * @param {{ workspace?: string, folders?: string[] }} [options]
 * @returns {Promise<{ built: number, unchanged: number }>} files
 */
export async function build({ workspace = workspaceFolder, folders } = {}) {
  const projects = folders?.map((folder) => resolve(workspace, folder)) ?? (await projectsOf(workspace));
  const pieces = (await Promise.all(projects.map(piecesOf))).flat();
  await Promise.all(projects.map((project) => removeOrphans(project, pieces)));
  const configFile = join(workspace, '.swcrc');
  const settingsMs = Math.max(await modifiedMs(configFile), await modifiedMs(fileURLToPath(import.meta.url)));
  const stale = await filter(pieces, (piece) => isStale(piece, settingsMs));
  // Loaded late: the launcher starts before its packages are installed.
  const compile = stale.some((piece) => piece.isCompiled) ? await compiler(configFile) : undefined;
  const queue = stale.values();
  await Promise.all(
    Array.from({ length: Math.min(atOnce, stale.length) }, async () => {
      for (const piece of queue) await make(piece, compile);
    }),
  );
  return { built: stale.length, unchanged: pieces.length - stale.length };
}

/** @param {string} workspace */
async function projectsOf(workspace) {
  const projects = [];
  for (const group of projectFolders) {
    for (const entry of await readdir(join(workspace, group), { withFileTypes: true }).catch(() => [])) {
      const project = join(workspace, group, entry.name);
      if (
        entry.isDirectory() &&
        (await isThere(join(project, 'package.json'))) &&
        (await isThere(join(project, 'src')))
      )
        projects.push(project);
    }
  }
  return projects;
}

/** @param {string} project @returns {Promise<Piece[]>} */
async function piecesOf(project) {
  const from = join(project, 'src');
  const files = await filesBelow(from);
  return files.filter(isProduct).map((path) => ({
    source: join(from, path),
    target: join(project, 'dist', path.replace(/\.ts$/, '.js')),
    isCompiled: path.endsWith('.ts'),
  }));
}

/** @param {string} path */
function isProduct(path) {
  return !/\.(spec|int-spec|e2e-spec|d)\.ts$/.test(path) && !/(^|\/)(testing|__\w+__)\//.test(path);
}

/** What is left in `dist` of sources that are gone: it would still be found by a search for files. @param {string} project @param {Piece[]} pieces */
async function removeOrphans(project, pieces) {
  const dist = join(project, 'dist');
  const known = new Set(pieces.flatMap(({ target }) => [target, `${target}.map`]));
  for (const path of await filesBelow(dist).catch(() => [])) {
    const file = join(dist, path);
    if (!known.has(file) && /\.(js|js\.map|json)$/.test(file)) await rm(file);
  }
}

/** @param {Piece} piece @param {number} settingsMs */
async function isStale({ source, target }, settingsMs) {
  const made = await stat(target).catch(() => undefined);
  // `make` gives the target the time of its source: a source moved here may be older than what it replaces.
  return !made || made.ctimeMs < settingsMs || Math.abs(made.mtimeMs - (await modifiedMs(source))) >= 1;
}

/** @param {Piece} piece @param {Awaited<ReturnType<typeof compiler>> | undefined} compile */
async function make({ source, target, isCompiled }, compile) {
  const { atime, mtime } = await stat(source);
  await mkdir(dirname(target), { recursive: true });
  if (isCompiled && compile) {
    const { code, map } = await compile(source, relative(dirname(target), source));
    await writeFile(`${target}.map`, map ?? '');
    await writeFile(target, `${code}//# sourceMappingURL=${basename(target)}.map\n`);
  } else {
    await copyFile(source, target);
  }
  await utimes(target, atime, mtime);
}

/** @param {string} configFile */
async function compiler(configFile) {
  const { default: swc } = await import('@swc/core');
  const { exclude: _exclude, ...options } = /** @type {import('@swc/core').Options} */ (
    JSON.parse(await readFile(configFile, 'utf8'))
  );
  /** @param {string} source @param {string} sourceFileName */
  return async (source, sourceFileName) => {
    try {
      return await swc.transformFile(source, { ...options, swcrc: false, sourceMaps: true, sourceFileName });
    } catch (cause) {
      const reason = String(cause instanceof Error ? cause.message : cause).replaceAll(/\x1b\[[\d;]*m/g, '');
      throw new LauncherError(source, `it does not compile\n${reason}`, 'Correct it, then start again.', {
        cause,
      });
    }
  };
}

/** @param {string} folder @returns {Promise<string[]>} relative */
async function filesBelow(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** @template T @param {T[]} items @param {(item: T) => Promise<boolean>} test */
async function filter(items, test) {
  const results = await Promise.all(items.map(test));
  return items.filter((_item, index) => results[index]);
}

/** @param {string} path */
async function modifiedMs(path) {
  return (await stat(path)).mtimeMs;
}

/** @param {string} path */
async function isThere(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folders = process.argv.slice(2);
  try {
    const { built, unchanged } = await build({ folders: folders.length ? folders : undefined });
    console.log(`${built} files built, ${unchanged} unchanged`);
  } catch (error) {
    console.error(inPlainWords(error));
    process.exitCode = 1;
  }
}
