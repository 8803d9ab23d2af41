/** Homes of tests: thrown away at their end, and by the next test run if a test was killed before it could do so. */
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runningPostmaster } from './postgres-cluster.mjs';
import { readJsonObject, writePrivateJson } from './private-files.mjs';
import { identityOf, isAlive, isProcessIdentity, signalProcess } from './process-identity.mjs';

/** @typedef {import('./process-identity.mjs').ProcessIdentity} ProcessIdentity */

const prefix = 'idaemon-home-';

/** @returns {Promise<string>} a new folder that belongs to this process */
export async function temporaryHome() {
  const home = await mkdtemp(join(tmpdir(), prefix));
  // As root PostgreSQL runs as another user, who has to get in.
  if (process.getuid?.() === 0) await chmod(home, 0o711);
  await writePrivateJson(join(home, 'owner.json'), await identityOf(process.pid));
  return home;
}

/**
 * Ends what still runs in homes whose owner has ended, and removes them.
 * @param {string} [folder] where the homes are
 */
export async function removeAbandonedHomes(folder = tmpdir()) {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue;
    const home = join(folder, name);
    const owner = await readJsonObject(join(home, 'owner.json'));
    if (!isProcessIdentity(owner) || (await isAlive(owner))) continue;
    for (const identity of await processesOf(home)) await signalProcess(identity, 'SIGKILL', { group: true });
    const postmaster = await runningPostmaster(join(home, 'postgres', 'data'));
    if (postmaster) await signalProcess(postmaster.identity, 'SIGQUIT');
    await rm(home, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** The apps and the NATS server. @param {string} home @returns {Promise<ProcessIdentity[]>} */
async function processesOf(home) {
  const apps = Object.values(await readJsonObject(join(home, 'processes.json')));
  const { process: nats } = await readJsonObject(join(home, 'nats', 'server.json'));
  return [...apps, nats].filter(isProcessIdentity);
}
