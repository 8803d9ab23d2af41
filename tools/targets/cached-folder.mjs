/** Where third-party programs are kept that tests run: in the user's cache, shared by all checkouts. */
import { randomBytes } from 'node:crypto';
import { mkdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';

/** @param {NodeJS.ProcessEnv} [env] */
export function targetsFolder(env = process.env) {
  const cache = env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return env.IDAEMON_TARGETS ? resolve(env.IDAEMON_TARGETS) : join(cache, 'idaemon', 'targets');
}

/**
 * A folder that is whole or not there. It is filled under a name of its own, since programs know where they were
 * installed, and a link is put on it at the end: two who do it at once do not meet.
 * @param {string} name changes with what is inside
 * @param {(folder: string) => Promise<void>} fill
 * @returns {Promise<string>} its path
 */
export async function cachedFolder(name, fill) {
  const link = join(targetsFolder(), name);
  const known = await linked(link);
  if (known) return known;
  const folder = `${link}.${randomBytes(4).toString('hex')}`;
  await mkdir(folder, { recursive: true });
  try {
    await fill(folder);
    await symlink(basename(folder), `${folder}.link`);
    await rename(`${folder}.link`, link);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** @param {string} link @returns {Promise<string | undefined>} */
async function linked(link) {
  try {
    const folder = resolve(targetsFolder(), await readlink(link));
    return (await stat(folder)).isDirectory() ? folder : undefined;
  } catch {
    return undefined;
  }
}
