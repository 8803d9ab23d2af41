/**
 * PostgreSQL and NATS for integration tests: one of each for a whole test run, thrown away at its end.
 * Vitest calls `setup` before the project `integration` (vitest.config.mts); `npm test` starts them once for all projects.
 */
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from './embedded-postgres.mjs';
import { cacheFolder } from './folders.mjs';
import { startNatsServer } from './nats-server.mjs';
import { runningPostmaster } from './postgres-cluster.mjs';
import { readJsonObject, writePrivateJson } from './private-files.mjs';
import { identityOf, isAlive, isProcessIdentity, signalProcess } from './process-identity.mjs';

/** @typedef {{ postgresUrl: string, natsUrl: string, stop: () => Promise<void> }} TestServers */

const prefix = 'idaemon-test-';
/** Apart from those of `npm start`, so that both may run. */
const testPorts = { postgres: 17_432, nats: 14_222 };

/** Vitest's global set-up. @returns {Promise<(() => Promise<void>) | undefined>} its tear-down */
export async function setup() {
  if (process.env.IDAEMON_TEST_POSTGRES_URL && process.env.IDAEMON_TEST_NATS_URL) return undefined;
  const servers = await startTestServers();
  process.env.IDAEMON_TEST_POSTGRES_URL = servers.postgresUrl;
  process.env.IDAEMON_TEST_NATS_URL = servers.natsUrl;
  return servers.stop;
}

/**
 * @param {{ signal?: AbortSignal }} [options]
 * @returns {Promise<TestServers>}
 */
export async function startTestServers({ signal } = {}) {
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), prefix));
  // As root the server runs as another user, who has to get in.
  if (process.getuid?.() === 0) await chmod(folder, 0o711);
  await writePrivateJson(join(folder, 'owner.json'), await identityOf(process.pid));
  const starts = await Promise.allSettled([
    startEmbeddedPostgres({
      folder: join(folder, 'postgres'),
      preferredPort: testPorts.postgres,
      isThrowAway: true,
      signal,
    }),
    startNatsServer({
      folder: join(folder, 'nats'),
      cacheFolder: cacheFolder(),
      preferredPort: testPorts.nats,
      signal,
    }),
  ]);
  const [postgres, nats] = starts;
  const stop = async () => {
    const running = starts.filter((start) => start.status === 'fulfilled');
    await Promise.all(running.map(({ value }) => value.stop()));
    await rm(folder, { recursive: true, force: true });
  };
  if (postgres.status === 'fulfilled' && nats.status === 'fulfilled') {
    return { postgresUrl: postgres.value.url(), natsUrl: nats.value.url, stop };
  }
  await stop();
  throw starts.find((start) => start.status === 'rejected')?.reason;
}

/** What killed test runs left behind: servers that still run, and their data. */
async function removeLeftovers() {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(tmpdir(), name);
    const owner = await readJsonObject(join(folder, 'owner.json'));
    if (!isProcessIdentity(owner) || (await isAlive(owner))) continue;
    const postmaster = await runningPostmaster(join(folder, 'postgres', 'data'));
    if (postmaster) await signalProcess(postmaster.identity, 'SIGQUIT');
    const nats = (await readJsonObject(join(folder, 'nats', 'server.json'))).process;
    if (isProcessIdentity(nats)) await signalProcess(nats, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}
