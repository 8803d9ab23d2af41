/** The PostgreSQL and the NATS server that a system brings along. */
import { join } from 'node:path';
import { ensureDatabase, ensureRole, withClient } from './database.mjs';
import { startEmbeddedPostgres } from './embedded-postgres.mjs';
import { LauncherError } from './failure.mjs';
import { cacheFolder } from './folders.mjs';
import { startNatsServer } from './nats-server.mjs';
import { secretIn } from './private-files.mjs';

/** @typedef {import('./embedded-postgres.mjs').EmbeddedPostgres} EmbeddedPostgres */
/** @typedef {import('./nats-server.mjs').NatsServer} NatsServer */
/** @typedef {import('./progress.mjs').Progress} Progress */
/** @typedef {{ home: string, environment: NodeJS.ProcessEnv, progress: Progress, signal: AbortSignal }} ServerOptions */

const role = 'idaemon';
const database = 'idaemon';

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

/** @param {NodeJS.ProcessEnv} environment @param {string} name */
export function portIn(environment, name) {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new LauncherError(name, `"${text}" is not a port`, 'Set it to a number from 1 to 65535.');
}
