/** The PostgreSQL and the NATS server of a system: embedded ones, or those the environment names. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureDatabase, ensureRole, withClient } from './database.mjs';
import { startEmbeddedPostgres } from './embedded-postgres.mjs';
import { LauncherError } from './failure.mjs';
import { cacheFolder } from './folders.mjs';
import { pingNats } from './nats-ping.mjs';
import { startNatsServer } from './nats-server.mjs';
import { secretIn } from './private-files.mjs';

/** @typedef {import('./embedded-postgres.mjs').EmbeddedPostgres} EmbeddedPostgres */
/** @typedef {import('./nats-server.mjs').NatsServer} NatsServer */
/** @typedef {import('./progress.mjs').Progress} Progress */
/** @typedef {{ home: string, environment: NodeJS.ProcessEnv, progress: Progress, signal: AbortSignal }} ServerOptions */

const role = 'idaemon';
const database = 'idaemon';
const oldestPostgres = 150_000;
const externalDeadlineMs = 60_000;

/**
 * @param {ServerOptions} options
 * @returns {Promise<EmbeddedPostgres>}
 */
export function startPostgres({ home, environment, progress, signal }) {
  return progress.step('PostgreSQL', async (say) => {
    const postgres = await startEmbeddedPostgres({
      folder: join(home, 'postgres'),
      preferredPort: portIn(environment, 'IDAEMON_POSTGRES_PORT'),
      signal,
    });
    say(`${postgres.isAdopted ? 'still running' : postgres.version} on port ${postgres.port}`);
    return postgres;
  });
}

/**
 * The database of daemon and gateway, owned by a role that is no superuser.
 * @param {EmbeddedPostgres} postgres @param {string} home
 * @returns {Promise<string>} its URL
 */
export async function ownDatabase(postgres, home) {
  const password = await secretIn(join(home, 'secrets', 'database-password'));
  await withClient(postgres.url(), async (client) => {
    await ensureRole(client, { name: role, password });
    await ensureDatabase(client, database, role);
  });
  return postgres.url(database, { name: role, password });
}

/** @param {ServerOptions} options @returns {Promise<NatsServer>} */
export function startNats({ home, environment, progress, signal }) {
  return progress.step('NATS server', async (say) => {
    const nats = await startNatsServer({
      folder: join(home, 'nats'),
      cacheFolder: cacheFolder(environment),
      preferredPort: portIn(environment, 'IDAEMON_NATS_PORT'),
      onTry: (source) => say(`trying ${source}`),
      signal,
    });
    say(`${nats.isAdopted ? 'still running' : nats.program} on port ${nats.port}`);
    return nats;
  });
}

/** @param {string} url @param {ServerOptions} options */
export function checkExternalPostgres(url, { progress, signal }) {
  return progress.step('PostgreSQL of IDAEMON_POSTGRES_URL', (say) =>
    untilThere(signal, say, async () => {
      try {
        const version = await withClient(
          url,
          async (client) => (await client.query('show server_version_num')).rows[0].server_version_num,
        );
        if (Number(version) >= oldestPostgres) return undefined;
        return {
          isFinal: true,
          reason: `it is version ${Math.floor(version / 10_000)}`,
          action: 'Use PostgreSQL 15 or newer.',
        };
      } catch (error) {
        const { code, message } = /** @type {Error & { code?: string }} */ (error);
        // Classes 28 and 3D: refused credentials, no such database. Neither heals by waiting.
        const isFinal = /^(28|3D|ERR_INVALID)/.test(code ?? '');
        return {
          isFinal,
          reason: message || `it cannot be reached (${code})`,
          action: 'Correct IDAEMON_POSTGRES_URL or that server.',
        };
      }
    }),
  );
}

/** @param {string} url @param {ServerOptions} options */
export async function checkExternalNats(url, { progress, signal }) {
  // A list of servers and TLS are the apps' business.
  if (!/^nats:\/\/[^,]+$/.test(url)) return;
  await progress.step('NATS server of IDAEMON_NATS_URL', (say) =>
    untilThere(signal, say, async () => {
      const answer = await pingNats(url);
      if (answer === 'ok') return undefined;
      const action = 'Correct IDAEMON_NATS_URL or that server.';
      if (answer === 'refused') return { isFinal: true, reason: 'it refuses these credentials', action };
      return { isFinal: false, reason: `nothing answers at ${new URL(url).host}`, action };
    }),
  );
}

/**
 * @param {AbortSignal} signal @param {(detail: string) => void} say
 * @param {() => Promise<{ isFinal: boolean, reason: string, action: string } | undefined>} findProblem
 */
async function untilThere(signal, say, findProblem) {
  const deadlineMs = performance.now() + externalDeadlineMs;
  for (;;) {
    const problem = await findProblem();
    if (!problem) return say('ready');
    say(problem.reason);
    if (problem.isFinal || performance.now() > deadlineMs)
      throw new LauncherError('A server that the environment names', problem.reason, problem.action);
    await sleep(1000, undefined, { signal });
  }
}

/** @param {NodeJS.ProcessEnv} environment @param {string} name */
export function portIn(environment, name) {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new LauncherError(name, `"${text}" is not a port`, 'Set it to a number from 1 to 65535.');
}
