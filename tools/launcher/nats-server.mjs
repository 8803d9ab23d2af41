/** A NATS server of our own, for one folder: started or adopted, restarted on the same port, stopped. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LauncherError } from './failure.mjs';
import { endOfLog } from './log-files.mjs';
import { pingNats } from './nats-ping.mjs';
import { findNatsProgram } from './nats-program.mjs';
import { freePortNear, isPortFree, portReleased } from './ports.mjs';
import { readJsonObject, secretIn, writePrivateFile, writePrivateJson } from './private-files.mjs';
import { isAlive, isProcessIdentity } from './process-identity.mjs';
import { adoptProcess, startProcess } from './processes.mjs';

/** @typedef {import('./processes.mjs').RunningProcess} RunningProcess */
/**
 * @typedef {object} NatsServer
 * @property {number} port
 * @property {string} url holds the password
 * @property {string} program where it came from, with its version; for people
 * @property {string} logFile
 * @property {boolean} isAdopted it ran already
 * @property {() => RunningProcess} process the server as it runs now
 * @property {() => Promise<RunningProcess>} start starts it again after it ended, on the same port
 * @property {() => Promise<void>} stop
 */

export const defaultNatsPort = 4222;
const user = 'idaemon';
const startDeadlineMs = 20_000;
/** The server needs this long to close its sessions. */
const stopGraceMs = 10_000;

/**
 * @param {object} options
 * @param {string} options.folder absolute; holds configuration, password and log
 * @param {string} options.cacheFolder absolute; where a fetched program is kept
 * @param {number} [options.preferredPort] for the first start; later ones keep the port
 * @param {(source: string) => void} [options.onTry] a way to a program is tried now; it can take a while
 * @param {AbortSignal} [options.signal] gives the start up
 * @returns {Promise<NatsServer>}
 */
export async function startNatsServer({
  folder,
  cacheFolder,
  preferredPort = defaultNatsPort,
  onTry,
  signal,
}) {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const password = await secretIn(join(folder, 'password'));
  const logFile = join(folder, 'nats.log');
  const record = join(folder, 'server.json');
  const known = await readJsonObject(record);

  const found = await adopted(known, password);
  const port = found?.port ?? (await portOf(known, preferredPort));
  const url = urlOf(port, password);
  let program = typeof known.program === 'string' ? known.program : '';

  const start = async () => {
    const nats = await findNatsProgram(cacheFolder, { onTry, signal });
    program = `${nats.version} (${nats.source})`;
    const configuration = join(folder, 'nats.conf');
    await writePrivateFile(configuration, configurationOf(port, password));
    const started = await startProcess({
      name: 'nats',
      command: nats.path,
      args: ['--config', configuration],
      cwd: folder,
      env: { PATH: process.env.PATH },
      logFile,
    });
    await writePrivateJson(record, { port, process: started.identity, program });
    await ready(started, url, logFile, signal);
    return started;
  };
  let server = found?.server ?? (await start());

  return {
    port,
    url,
    program,
    logFile,
    isAdopted: found !== undefined,
    process: () => server,
    async start() {
      await portReleased(port);
      server = await start();
      return server;
    },
    stop: () => server.stop({ graceMs: stopGraceMs }),
  };
}

/** @param {number} port @param {string} password */
function urlOf(port, password) {
  return `nats://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}`;
}

/** Core NATS on loopback; nothing is stored (design: truth is in Postgres). @param {number} port @param {string} password */
function configurationOf(port, password) {
  return [
    `listen: "127.0.0.1:${port}"`,
    'max_payload: 1MB',
    `authorization { user: "${user}", password: "${password}" }`,
    '',
  ].join('\n');
}

/** @param {Record<string, unknown>} known @param {number} preferred */
async function portOf(known, preferred) {
  return typeof known.port === 'number' && (await isPortFree(known.port))
    ? known.port
    : freePortNear(preferred);
}

/**
 * A server that a killed launcher left behind.
 * @param {Record<string, unknown>} known @param {string} password
 */
async function adopted({ port, process: identity }, password) {
  if (typeof port !== 'number' || !isProcessIdentity(identity) || !(await isAlive(identity)))
    return undefined;
  const server = adoptProcess('nats', identity);
  if ((await pingNats(urlOf(port, password))) === 'ok') return { server, port };
  // Ours, but of no use: it hangs, or its password was removed.
  await server.stop({ graceMs: stopGraceMs });
  return undefined;
}

/** @param {RunningProcess} server @param {string} url @param {string} logFile @param {AbortSignal} [signal] */
async function ready(server, url, logFile, signal) {
  let hasEnded = false;
  void server.exited.then(() => (hasEnded = true));
  const deadlineMs = performance.now() + startDeadlineMs;
  while ((await pingNats(url)) !== 'ok') {
    if (!hasEnded && !signal?.aborted && performance.now() < deadlineMs) {
      await sleep(20);
      continue;
    }
    await server.stop();
    signal?.throwIfAborted();
    const lines = (await endOfLog(logFile, { from: server.logStart })).split('\n');
    const [, reason = 'it does not answer'] = /\[(?:ERR|FTL)\]\s*(.+)/.exec(lines.at(-1) ?? '') ?? [];
    throw new LauncherError('The NATS server', reason, `Read ${logFile}; then start again.`);
  }
}
