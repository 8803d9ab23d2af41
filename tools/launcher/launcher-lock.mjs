/** One launcher per home. A killed one leaves its lock; it is told from a living one by number and start of the process. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, LauncherError } from './failure.mjs';
import { readJsonObject, writePrivateJson } from './private-files.mjs';
import { identityOf, isAlive, isProcessIdentity } from './process-identity.mjs';

/**
 * @param {string} home
 * @returns {Promise<() => Promise<void>>} gives it back
 */
export async function lockHome(home) {
  await mkdir(home, { recursive: true });
  const lock = join(home, 'launcher.json');
  const mine = `${lock}.${randomBytes(4).toString('hex')}`;
  await writePrivateJson(mine, await identityOf(process.pid));
  try {
    // A link, unlike a rename, never replaces the lock of another.
    while (!(await isLinked(mine, lock))) {
      const owner = await readJsonObject(lock);
      if (isProcessIdentity(owner) && (await isAlive(owner))) {
        const action = `Stop that one with Ctrl-C or "kill ${owner.pid}", or set IDAEMON_HOME to another folder to run a second system.`;
        throw new LauncherError(home, `process ${owner.pid} has already started a system from here`, action);
      }
      await rm(lock, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
  return () => rm(lock, { force: true });
}

/** @param {string} from @param {string} to */
async function isLinked(from, to) {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
