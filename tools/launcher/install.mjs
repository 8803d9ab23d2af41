/** Installs the dependencies of a checkout that has none, or others than its package-lock.json names. Needs Node only. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFull, LauncherError } from './failure.mjs';
import { readJsonObject } from './private-files.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockedPackage */

/**
 * Compares what npm installed with what the lock file names, by content: times say nothing after a checkout.
 * @param {string} folder of the workspace
 * @returns {Promise<string | undefined>} why an installation is needed
 */
export async function whyInstall(folder) {
  const [wanted, installed] = await Promise.all([
    lockedPackages(join(folder, 'package-lock.json')),
    lockedPackages(join(folder, 'node_modules', '.package-lock.json')),
  ]);
  if (!Object.keys(installed).length) return 'no dependencies yet';
  for (const [path, { version, integrity, optional, devOptional }] of Object.entries(wanted)) {
    const found = installed[path];
    // Optional ones are for other platforms.
    if (!found && (optional || devOptional || path === '')) continue;
    if (!found) return `${nameOf(path)} is missing`;
    if (found.version !== version || found.integrity !== integrity) return `${nameOf(path)} has changed`;
  }
  return undefined;
}

/**
 * Installs them only if they are missing or stale.
 * @param {import('./progress.mjs').Progress} progress @param {string} folder of the workspace @param {string} home
 * @param {AbortSignal} signal
 */
export async function prepareDependencies(progress, folder, home, signal) {
  const reason = await whyInstall(folder);
  if (!reason) return;
  const logFile = join(home, 'logs', 'install.log');
  await progress.step(`Installing dependencies (${reason})`, () =>
    installDependencies(folder, logFile, { signal }),
  );
}

/**
 * @param {string} folder of the workspace @param {string} logFile
 * @param {{ signal?: AbortSignal, environment?: NodeJS.ProcessEnv }} [options]
 */
export async function installDependencies(folder, logFile, { signal, environment = process.env } = {}) {
  const [command, ...args] = npmCommand(environment);
  const { isOk, output } = await runCommand(command, [...args, 'ci'], {
    cwd: folder,
    env: environment,
    signal,
  });
  await mkdir(join(logFile, '..'), { recursive: true });
  await writeFile(logFile, output, { mode: 0o600 });
  signal?.throwIfAborted();
  if (isOk) return;
  if (/ENOSPC|no space left/i.test(output)) throw diskFull('Installing the dependencies');
  const reason =
    output.split('\n').find((line) => /^npm error (?!code|errno|A complete log)/.test(line)) ??
    '"npm ci" failed';
  const action = output.includes('in sync')
    ? 'Run "npm install", which corrects package-lock.json, then start again.'
    : `Check the network and the registry that npm uses ("npm ping"), then start again; all of it is in ${logFile}.`;
  throw new LauncherError('Installing the dependencies', reason.replace(/^npm error /, ''), action);
}

/**
 * The npm that runs us, where one does.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {[string, ...string[]]}
 */
function npmCommand({ npm_execpath: script }) {
  return script?.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm'];
}

/** @param {string} file @returns {Promise<Record<string, LockedPackage>>} */
async function lockedPackages(file) {
  const { packages } = await readJsonObject(file);
  return typeof packages === 'object' && packages !== null
    ? /** @type {Record<string, LockedPackage>} */ (packages)
    : {};
}

/** @param {string} path */
function nameOf(path) {
  return path.replace(/^.*node_modules\//, '');
}
