/** The data folder of a PostgreSQL: made once, whole, and never opened by another major version. */
import { chmod, chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFull, LauncherError } from './failure.mjs';
import { readIfThere } from './private-files.mjs';
import { identityOf } from './process-identity.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {import('./postgres-binaries.mjs').RunAs} RunAs */

export const superuser = 'postgres';
/** Programs of PostgreSQL get this and nothing of the launcher's environment, which may hold secrets. */
export const postgresEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * @param {object} options
 * @param {string} options.folder
 * @param {string} options.programs
 * @param {number} options.major
 * @param {string} options.password
 * @param {RunAs} options.runAs
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<string>} the data folder
 */
export async function dataFolderIn({ folder, programs, major, password, runAs, signal }) {
  const data = join(folder, 'data');
  const found = (await readIfThere(join(data, 'PG_VERSION')))?.trim();
  if (found === String(major)) return data;
  if (found !== undefined) throw otherVersion(data, found, major);

  // Made under another name first: an interrupted start leaves no half a cluster.
  const unfinished = join(folder, 'data.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await own(unfinished, runAs);
  const passwordFile = join(folder, 'password.initdb');
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await own(passwordFile, runAs);
  try {
    await initialise({ programs, data: unfinished, passwordFile, runAs, signal });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, data).catch((cause) => {
    const action = 'Move this folder away, then start again.';
    throw new LauncherError(data, 'it is there, but holds no PostgreSQL data', action, { cause });
  });
  return data;
}

/** @param {string} path @param {RunAs} runAs */
async function own(path, { uid, gid }) {
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
}

/** @param {{ programs: string, data: string, passwordFile: string, runAs: RunAs, signal?: AbortSignal }} options */
async function initialise({ programs, data, passwordFile, runAs, signal }) {
  const args = [
    '--pgdata',
    data,
    '--username',
    superuser,
    '--pwfile',
    passwordFile,
    '--auth',
    'scram-sha-256',
  ];
  // The built-in locale sorts the same on every machine.
  args.push(
    '--encoding',
    'UTF8',
    '--locale',
    'C',
    '--locale-provider',
    'builtin',
    '--builtin-locale',
    'C.UTF-8',
    '--no-instructions',
  );
  const { isOk, output } = await runCommand(join(programs, 'bin', 'initdb'), args, {
    ...runAs,
    cwd: '/',
    env: postgresEnvironment,
    signal,
  });
  signal?.throwIfAborted();
  if (isOk) return;
  if (/no space left|disk quota/i.test(output)) throw diskFull(data);
  const reason =
    output.split('\n').find((line) => /error|fatal|cannot/i.test(line)) ?? 'initdb failed without a message';
  throw new LauncherError(
    `A new PostgreSQL in ${data}`,
    reason,
    'Correct this, or set IDAEMON_POSTGRES_URL to a server of yours.',
  );
}

/** @param {string} data @param {string} found @param {number} major */
function otherVersion(data, found, major) {
  const action =
    `Dump it with PostgreSQL ${found} and restore it into IDAEMON_POSTGRES_URL, ` +
    'or move the folder away to begin with an empty catalogue.';
  return new LauncherError(
    data,
    `this is data of PostgreSQL ${found}, but PostgreSQL ${major} is installed`,
    action,
  );
}

/**
 * What a running server writes beside its data.
 * @param {string} data
 * @returns {Promise<{ identity: import('./process-identity.mjs').ProcessIdentity, port: number } | undefined>} undefined when none runs
 */
export async function runningPostmaster(data) {
  const file = join(data, 'postmaster.pid');
  const lines = (await readIfThere(file))?.split('\n');
  if (!lines) return undefined;
  const pid = Number(lines[0]);
  const identity = await identityOf(pid);
  if (identity && (await isPostmasterOf(pid, data))) return { identity, port: Number(lines[3]) };
  // PostgreSQL would take any process with that number for itself and refuse to start.
  await rm(file, { force: true });
  return undefined;
}

/** @param {number} pid @param {string} data */
async function isPostmasterOf(pid, data) {
  const { output } = await runCommand('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  return output.includes(data) && output.includes('postgres');
}

/** Lets the user of PostgreSQL enter, and nobody list. @param {string} folder @param {RunAs} runAs */
export async function openFolder(folder, runAs) {
  await chmod(folder, runAs.uid === undefined ? 0o700 : 0o711);
}
