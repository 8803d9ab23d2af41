/** The steps of `npm start`. */
import { join } from 'node:path';
import { integratorsHere, planApps, urlOfApp } from './apps.mjs';
import { build } from './build.mjs';
import { checkExternalNats, checkExternalPostgres } from './external-servers.mjs';
import { homeFolder, workspaceFolder } from './folders.mjs';
import { prepareDependencies } from './install.mjs';
import { lockHome } from './launcher-lock.mjs';
import { writePrivateFile } from './private-files.mjs';
import {
  applyQuickstart,
  awaitSources,
  prepareSources,
  quickstartEnvironment,
  tokenOf,
} from './quickstart.mjs';
import { ownDatabase, startNats, startPostgres } from './servers.mjs';
import { System } from './system.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */
/** @typedef {import('./apps.mjs').App} App */
/** @typedef {import('./embedded-postgres.mjs').EmbeddedPostgres} EmbeddedPostgres */
/**
 * @typedef {object} LaunchOptions
 * @property {import('./options.mjs').StartOptions} options
 * @property {NodeJS.ProcessEnv} environment
 * @property {Progress} progress
 * @property {AbortSignal} signal
 * @property {(cleanUp: import('./until-stopped.mjs').CleanUp) => void} onStop
 */

/** @param {LaunchOptions} launch */
export async function launch({ options, environment, progress, signal, onStop }) {
  const home = homeFolder(environment);
  onStop(await lockHome(home));
  await prepareDependencies(progress, workspaceFolder, home, signal);
  await progress.step('Building', async (say) => {
    const { built, unchanged } = await build();
    say(built ? `${built} files` : `${unchanged} files are up to date`);
  });
  const integrators = await integratorsHere(options.services);
  const leftovers = await System.stopLeftovers(home);
  if (leftovers.length)
    progress.line(`  Stopped what an earlier start left running: ${leftovers.join(', ')}`);

  const servers = { home, environment, progress, signal };
  const quickstart = options.isQuickstart ? await quickstartEnvironment(home) : undefined;
  const needsShop = quickstart !== undefined && integrators.includes('database-integrator');
  const postgres = await postgresOf(servers, needsShop, onStop);
  const nats = await natsOf(servers, onStop);
  signal.throwIfAborted();
  if (quickstart && postgres.embedded) {
    quickstart.IDAEMON_QUICKSTART_POSTGRES_PORT = String(postgres.embedded.port);
    await prepareSources(postgres.embedded, quickstart, progress);
  }

  const apps = await planApps(integrators, environment, progress.line);
  const system = new System({
    home,
    natsUrl: nats.url,
    postgresUrl: postgres.url,
    environment: { ...environment, ...quickstart },
    say: (text) => progress.line(`! ${text}`),
  });
  onStop((how) => system.stop(how));
  if (postgres.embedded) system.watch('PostgreSQL', postgres.embedded);
  if (nats.server) system.watch('NATS server', nats.server);
  await startApps(system, apps, progress, signal);

  const api = { url: system.url('daemon'), token: await tokenOf(home, environment) };
  await writePrivateFile(join(home, 'url'), `${api.url}\n`);
  if (quickstart) {
    await applyQuickstart(api, quickstart, progress, signal);
    await awaitSources(api, integrators, progress, signal);
  }
  progress.line(
    summary({ home, apps, token: api.token, quickstartFolder: quickstart?.IDAEMON_QUICKSTART_FOLDER }),
  );
}

/**
 * @param {import('./servers.mjs').ServerOptions} servers @param {boolean} needsShop the quick start has a database of its own
 * @param {LaunchOptions['onStop']} onStop
 * @returns {Promise<{ url: string, embedded?: EmbeddedPostgres }>}
 */
async function postgresOf(servers, needsShop, onStop) {
  const external = servers.environment.IDAEMON_POSTGRES_URL;
  if (external) await checkExternalPostgres(external, servers);
  // The quick start's database stands for a third party: never put into a server that is somebody's.
  if (external && !needsShop) return { url: external };
  const embedded = await startPostgres(servers);
  onStop((how) => embedded.stop({ isImmediate: how?.isForced }));
  return { url: external ?? (await ownDatabase(embedded, servers.home)), embedded };
}

/** @param {import('./servers.mjs').ServerOptions} servers @param {LaunchOptions['onStop']} onStop */
async function natsOf(servers, onStop) {
  const external = servers.environment.IDAEMON_NATS_URL;
  if (external) {
    await checkExternalNats(external, servers);
    return { url: external };
  }
  const server = await startNats(servers);
  onStop(() => server.stop());
  return { url: server.url, server };
}

/** All at once: they wait for each other. @param {System} system @param {App[]} apps @param {Progress} progress @param {AbortSignal} signal */
async function startApps(system, apps, progress, signal) {
  for (const app of apps) await system.start(app);
  for (const app of apps) {
    await progress.step(app.name, async (say) => {
      await system.untilReady(app.name, signal);
      say(urlOfApp(app));
    });
  }
}

/** @param {{ home: string, apps: App[], token: string, quickstartFolder?: string }} started */
function summary({ home, apps, token, quickstartFolder }) {
  const daemon = /** @type {App} */ (apps.find(({ name }) => name === 'daemon'));
  const url = urlOfApp(daemon);
  const lines = [
    ['daemon', url],
    ['API', `${url}/openapi.json`],
    ['token', `${token}  (kept in ${join(home, 'token')})`],
    ...(quickstartFolder
      ? [
          ['landing zone', `${quickstartFolder}  (change, add, rename, delete files)`],
          ['shop', 'npm run shop -- "alter table geography.state add column motto text"'],
        ]
      : []),
    ['logs', join(home, 'logs')],
    ['try', 'npm run idaemon -- status'],
  ];
  const rows = lines.map(([name = '', text]) => `  ${name.padEnd(14)}${text}`).join('\n');
  return `\nReady\n\n${rows}\n\nCtrl-C stops everything; the next "npm start" resumes.`;
}
