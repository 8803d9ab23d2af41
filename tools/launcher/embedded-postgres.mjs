/** A real PostgreSQL from an npm package, for one folder: started or adopted, restarted on the same port, stopped. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { diskFull, LauncherError } from './failure.mjs';
import { endOfLog } from './log-files.mjs';
import { freePortNear, isPortFree, portReleased } from './ports.mjs';
import {
  majorOf,
  postgresPackage,
  postgresUser,
  reachableFolder,
  reachablePrograms,
} from './postgres-binaries.mjs';
import {
  dataFolderIn,
  openFolder,
  postgresEnvironment,
  runningPostmaster,
  superuser,
} from './postgres-cluster.mjs';
import { readJsonObject, secretIn, writePrivateJson } from './private-files.mjs';
import { adoptProcess, startProcess } from './processes.mjs';

/** @typedef {import('./processes.mjs').RunningProcess} RunningProcess */
/**
 * @typedef {object} EmbeddedPostgres
 * @property {number} port
 * @property {string} version
 * @property {string} dataFolder
 * @property {string} logFile
 * @property {boolean} isAdopted it ran already
 * @property {(database?: string, role?: { name: string, password: string }) => string} url holds the password; default: the superuser
 * @property {() => RunningProcess} process the server as it runs now
 * @property {() => Promise<RunningProcess>} start starts it again after it ended, on the same port
 * @property {(options?: { isImmediate?: boolean }) => Promise<void>} stop `isImmediate`: as in a crash, the next start recovers
 */

export const defaultPostgresPort = 7432;
const startDeadlineMs = 10 * 60_000;
const stopGraceMs = 60_000;
/** PostgreSQL's fast shutdown: sessions are ended, data is written. */
const stopSignal = 'SIGINT';

const keptSettings = { max_connections: '200' };
/** For data that is thrown away: twice as fast, and gone after a power failure. */
const throwAwaySettings = {
  max_connections: '300',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_wal_size: '2GB',
};

/**
 * @param {object} options
 * @param {string} options.folder absolute; holds data, password and log
 * @param {number} [options.preferredPort] for the first start; later ones keep the port, as names in the catalogue hold it
 * @param {boolean} [options.isThrowAway]
 * @param {Record<string, string>} [options.settings]
 * @param {AbortSignal} [options.signal] gives the start up
 * @returns {Promise<EmbeddedPostgres>}
 */
export async function startEmbeddedPostgres({
  folder: wanted,
  preferredPort = defaultPostgresPort,
  isThrowAway = false,
  settings = {},
  signal,
}) {
  const [postgres, runAs] = await Promise.all([postgresPackage(), postgresUser()]);
  const folder = await reachableFolder(wanted, runAs);
  await openFolder(folder, runAs);
  const programs = await reachablePrograms(postgres, folder, runAs);
  const password = await secretIn(join(folder, 'password'));
  const data = await dataFolderIn({ folder, programs, major: majorOf(postgres), password, runAs, signal });
  const logFile = join(folder, 'postgres.log');
  const flags = Object.entries({ ...(isThrowAway ? throwAwaySettings : keptSettings), ...settings });

  /** @param {number} port */
  const start = async (port) => {
    const args = [
      '-D',
      data,
      '-p',
      String(port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
    ];
    for (const [name, value] of flags) args.push('-c', `${name}=${value}`);
    const server = await startProcess({
      name: 'postgres',
      command: join(programs, 'bin', 'postgres'),
      args,
      cwd: folder,
      env: postgresEnvironment,
      logFile,
      stopSignal,
      ...runAs,
    });
    await ready(server, urlOf({ port, password, database: 'postgres' }), { data, logFile, signal });
    return server;
  };

  const found = await adopted(data, password, { logFile, signal });
  const port = found?.port ?? (await portOf(folder, preferredPort));
  let server = found?.server ?? (await start(port));
  await writePrivateJson(join(folder, 'server.json'), { port });

  return {
    port,
    version: postgres.version,
    dataFolder: data,
    logFile,
    isAdopted: found !== undefined,
    url: (database = 'postgres', role) =>
      urlOf({ port, database, name: role?.name, password: role?.password ?? password }),
    process: () => server,
    async start() {
      await portReleased(port);
      server = await start(port);
      return server;
    },
    stop: ({ isImmediate = false } = {}) =>
      server.stop({ signal: isImmediate ? 'SIGQUIT' : stopSignal, graceMs: stopGraceMs }),
  };
}

/** @param {{ port: number, password: string, database: string, name?: string }} parts */
function urlOf({ port, password, database, name = superuser }) {
  return `postgresql://${name}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** @param {string} folder @param {number} preferred */
async function portOf(folder, preferred) {
  const { port } = await readJsonObject(join(folder, 'server.json'));
  return typeof port === 'number' && (await isPortFree(port)) ? port : freePortNear(preferred);
}

/**
 * A server that a killed launcher left behind.
 * @param {string} data @param {string} password @param {{ logFile: string, signal?: AbortSignal }} options
 */
async function adopted(data, password, { logFile, signal }) {
  const running = await runningPostmaster(data);
  if (!running) return undefined;
  const server = adoptProcess('postgres', running.identity, stopSignal);
  try {
    await ready(server, urlOf({ port: running.port, password, database: 'postgres' }), {
      data,
      logFile,
      signal,
    });
    return { server, port: running.port };
  } catch (error) {
    // It was about to end: now a new one can start. Anything else is a server that we must not start beside.
    if (await runningPostmaster(data)) throw error;
    return undefined;
  }
}

/**
 * @param {RunningProcess} server @param {string} url
 * @param {{ data: string, logFile: string, signal?: AbortSignal }} options
 */
async function ready(server, url, { data, logFile, signal }) {
  let hasEnded = false;
  void server.exited.then(() => (hasEnded = true));
  const deadlineMs = performance.now() + startDeadlineMs;
  for (;;) {
    if (signal?.aborted) {
      await server.stop({ graceMs: stopGraceMs });
      signal.throwIfAborted();
    }
    const problem = await connectionProblem(url);
    if (problem === undefined) return;
    if (hasEnded) throw startFailure(data, await endOfLog(logFile, { from: server.logStart }), logFile);
    if (problem === 'refused') {
      const action = 'Move this folder away to begin anew, or put the file "password" beside it back.';
      throw new LauncherError(
        `PostgreSQL in ${data}`,
        'it refuses the password that is kept beside it',
        action,
      );
    }
    if (performance.now() > deadlineMs) {
      throw new LauncherError(
        `PostgreSQL in ${data}`,
        'it is not ready after ten minutes',
        `Read ${logFile}.`,
      );
    }
    await sleep(50);
  }
}

/** @param {string} url @returns {Promise<'refused' | 'not yet' | undefined>} undefined: it answers */
async function connectionProblem(url) {
  // Loaded late: the launcher starts before its packages are installed.
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === '28P01' || code === '28000' ? 'refused' : 'not yet';
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** @param {string} data @param {string} log @param {string} logFile */
function startFailure(data, log, logFile) {
  if (/no space left|disk quota/i.test(log)) return diskFull(data);
  const lines = log.split('\n').filter((line) => /\b(FATAL|PANIC|ERROR):/.test(line));
  const reason = lines.at(-1)?.replace(/^.*?\b(FATAL|PANIC|ERROR):\s*/, '') ?? 'it ended while starting';
  return new LauncherError(`PostgreSQL in ${data}`, reason, `Read ${logFile}; then start again.`);
}
