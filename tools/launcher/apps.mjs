/** The processes of a system: daemon, gateway and integrators; what each gets, and when it is ready. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LauncherError } from './failure.mjs';
import { workspaceFolder } from './folders.mjs';
import { endOfLog } from './log-files.mjs';
import { logWords } from './log-words.mjs';
import { freePortNear } from './ports.mjs';
import { startProcess } from './processes.mjs';
import { portIn } from './servers.mjs';

/** @typedef {import('./processes.mjs').RunningProcess} RunningProcess */
/** @typedef {{ how: string, code: number | null, logStart: number }} End `logStart`: where its part of the log begins */
/**
 * @typedef {object} App
 * @property {string} name of the process; unique, e.g. `files-integrator-2`
 * @property {string} app its folder under `apps`
 * @property {number} port
 * @property {string} [host] that it listens on; default: loopback
 * @property {string} [main] its main file, if not the built one of `app`
 * @property {Record<string, string | undefined>} [environment]
 */

const readyDeadlineMs = 120_000;
const loopback = '127.0.0.1';

/**
 * The apps that are here: those of a later release are not started before they exist.
 * @param {string[]} [services] full or short names; default: all
 * @returns {Promise<string[]>} integrators
 */
export async function integratorsHere(services) {
  const here = (await readdir(join(workspaceFolder, 'apps')))
    .filter((name) => name.endsWith('-integrator'))
    .sort();
  if (!services) return here;
  return services.map((service) => {
    const name = service.endsWith('-integrator') ? service : `${service}-integrator`;
    if (here.includes(name)) return name;
    const known = here.map((app) => app.replace('-integrator', '')).join(', ');
    throw new LauncherError(`--services ${service}`, 'there is no such service', `Take from: ${known}.`);
  });
}

/**
 * @param {string[]} integrators
 * @param {NodeJS.ProcessEnv} environment may name ports, e.g. IDAEMON_FILES_INTEGRATOR_PORT
 * @param {(text: string) => void} say
 * @returns {Promise<App[]>}
 */
export async function planApps(integrators, environment, say) {
  // Of the built package: this runs after the build.
  const { defaultPorts, integrationServices } = await import('@idaemon/contracts');
  /** @type {[string, string, number][]} */
  const wanted = [
    ['daemon', 'daemon', defaultPorts.daemon],
    ['gateway', 'omas-gateway', defaultPorts.gateway],
    ...integrators.map(
      (name) =>
        /** @type {[string, string, number]} */ ([name, name, portOfService(integrationServices, name)]),
    ),
  ];
  const taken = new Set(wanted.map(([, , port]) => port));
  /** @type {App[]} */
  const apps = [];
  for (const [name, app, usual] of wanted) {
    const preferred = portIn(environment, `IDAEMON_${name.toUpperCase().replaceAll('-', '_')}_PORT`) ?? usual;
    taken.delete(preferred);
    const port = await freePortNear(preferred, { taken });
    taken.add(port);
    if (port !== preferred) say(`Port ${preferred} is taken: ${name} uses ${port}`);
    // Senders lose events when their receiver is away while it is restarted.
    const more = app === 'lineage-integrator' ? { environment: { IDAEMON_SUPERVISE: '1' } } : {};
    apps.push({ name, app, port, host: environment.IDAEMON_HOST, ...more });
  }
  return apps;
}

/** @param {Record<string, { port: number }>} services @param {string} name */
function portOfService(services, name) {
  const service = services[name];
  if (!service)
    throw new LauncherError(
      name,
      'no service of that name is known',
      'Add it to libs/contracts/src/services.ts.',
    );
  return service.port;
}

/**
 * @param {App} app
 * @param {object} options
 * @param {string} options.home
 * @param {string} options.natsUrl
 * @param {string} options.postgresUrl
 * @param {NodeJS.ProcessEnv} options.environment
 * @returns {Promise<RunningProcess>}
 */
export function startApp(app, { home, natsUrl, postgresUrl, environment }) {
  const ownsTables = !app.app.endsWith('-integrator') || app.app === 'lineage-integrator';
  return startProcess({
    name: app.name,
    command: process.execPath,
    args: [app.main ?? join(workspaceFolder, 'apps', app.app, 'dist', 'main.js')],
    cwd: workspaceFolder,
    env: {
      ...withoutNpm(environment),
      NODE_ENV: environment.NODE_ENV ?? 'production',
      IDAEMON_HOME: home,
      IDAEMON_HOST: app.host ?? loopback,
      IDAEMON_PORT: String(app.port),
      IDAEMON_NATS_URL: natsUrl,
      // Integrators are stateless but for the intake log of lineage: no way to the tables, no mistake with them.
      IDAEMON_POSTGRES_URL: ownsTables ? postgresUrl : undefined,
      ...app.environment,
    },
    logFile: logFileOf(home, app.name),
  });
}

/** @param {string} home @param {string} name */
export function logFileOf(home, name) {
  return join(home, 'logs', `${name}.log`);
}

/** As it is reached from here. @param {App} app */
export function urlOfApp({ host = loopback, port }) {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${isEverywhere ? loopback : name}:${port}`;
}

/**
 * @param {App} app
 * @param {{ home: string, signal: AbortSignal, ended: () => End | undefined }} options `ended`: how it ended, if it did and will not come back
 */
export async function untilReady(app, { home, signal, ended }) {
  const deadlineMs = performance.now() + readyDeadlineMs;
  const logFile = logFileOf(home, app.name);
  for (;;) {
    const problem = await findProblem(app, signal);
    if (problem === undefined) return;
    signal.throwIfAborted();
    const end = ended();
    if (end !== undefined)
      throw new LauncherError(
        app.name,
        `${end.how}\n${logWords(await endOfLog(logFile, { from: end.logStart }))}`,
        `Correct this; all of it is in ${logFile}`,
      );
    if (performance.now() > deadlineMs)
      throw new LauncherError(app.name, `it is not ready: ${problem}`, `Read ${logFile}.`);
    await sleep(50, undefined, { signal });
  }
}

/** @param {App} app @param {AbortSignal} signal @returns {Promise<string | undefined>} why it is not ready */
async function findProblem(app, signal) {
  try {
    const response = await fetch(`${urlOfApp(app)}/readyz`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
    });
    const body = await response.text();
    return response.ok ? undefined : body.slice(0, 500);
  } catch {
    return 'it does not answer';
  }
}

/** npm leaves its own settings in the environment of what it runs. @param {NodeJS.ProcessEnv} environment */
function withoutNpm(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^npm_/i.test(name)));
}
