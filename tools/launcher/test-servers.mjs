/**
 * PostgreSQL and NATS for integration tests: one of each for a whole test run, thrown away at its end.
 * Vitest calls `setup` before the project `integration` (vitest.config.mts); `npm test` starts them once for all projects.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from './embedded-postgres.mjs';
import { cacheFolder } from './folders.mjs';
import { startNatsServer } from './nats-server.mjs';
import { removeAbandonedHomes, temporaryHome } from './temporary-homes.mjs';

/** @typedef {{ postgresUrl: string, natsUrl: string, stop: () => Promise<void> }} TestServers */

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
  await removeAbandonedHomes();
  const folder = await temporaryHome();
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
