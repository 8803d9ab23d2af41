/** The quick start: two real sources, applied with the CLI as a user would, and awaited until they are catalogued. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { countElements, statusOf } from './daemon-api.mjs';
import { ensureLandingZone } from './datasets.mjs';
import { LauncherError } from './failure.mjs';
import { workspaceFolder } from './folders.mjs';
import { secretIn } from './private-files.mjs';
import { ensureShop } from './quickstart-database.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {import('./daemon-api.mjs').DaemonApi} DaemonApi */
/** @typedef {import('./progress.mjs').Progress} Progress */

const file = join('examples', 'quickstart.yaml');
const deadlineMs = 10 * 60_000;
const pollMs = 250;

/** @type {{ name: string, service: string, types: [string, string][] }[]} types with what to call many of them */
const sources = [
  {
    name: 'landing-zone',
    service: 'files-integrator',
    types: [
      ['FileFolder', 'folders'],
      ['DataFile', 'files'],
      ['SchemaAttribute', 'columns'],
    ],
  },
  {
    name: 'shop',
    service: 'database-integrator',
    types: [
      ['DeployedDatabaseSchema', 'schemas'],
      ['RelationalTable', 'tables and views'],
      ['RelationalColumn', 'columns'],
    ],
  },
];

/** What the apps need to know; made before they start. @param {string} home @returns {Promise<Record<string, string>>} */
export async function quickstartEnvironment(home) {
  return {
    IDAEMON_QUICKSTART_FOLDER: join(home, 'quickstart', 'landing'),
    IDAEMON_QUICKSTART_READER_PASSWORD: await secretIn(join(home, 'secrets', 'reader-password')),
  };
}

/**
 * @param {import('./embedded-postgres.mjs').EmbeddedPostgres} postgres @param {Record<string, string>} environment
 * @param {Progress} progress
 */
export async function prepareSources(postgres, environment, progress) {
  await progress.step('Sources of the quick start', async (say) => {
    const folder = environment.IDAEMON_QUICKSTART_FOLDER ?? '';
    const [isNew, { isNew: isNewShop }] = await Promise.all([
      ensureLandingZone(folder),
      ensureShop(postgres, environment.IDAEMON_QUICKSTART_READER_PASSWORD ?? ''),
    ]);
    say(isNew || isNewShop ? `files in ${folder}, PostgreSQL database shop` : 'kept as they are');
  });
}

/** @param {DaemonApi} api @param {Record<string, string>} environment @param {Progress} progress @param {AbortSignal} signal */
export async function applyQuickstart(api, environment, progress, signal) {
  await progress.step(`idaemon apply -f ${file}`, async () => {
    const { isOk, output } = await runCommand(
      process.execPath,
      [join('apps', 'cli', 'bin', 'idaemon.mjs'), 'apply', '-f', file],
      {
        cwd: workspaceFolder,
        env: {
          ...process.env,
          ...environment,
          IDAEMON_URL: api.url,
          IDAEMON_TOKEN: api.token,
          IDAEMON_CONTEXT: undefined,
        },
        signal,
      },
    );
    signal.throwIfAborted();
    if (!isOk)
      throw new LauncherError(
        file,
        output.trim() || 'it was not applied',
        'Correct it, then start again, or start with --no-quickstart.',
      );
  });
}

/**
 * Waits for each source whose service runs.
 * @param {DaemonApi} api @param {string[]} services @param {Progress} progress @param {AbortSignal} signal
 */
export async function awaitSources(api, services, progress, signal) {
  for (const source of sources) {
    if (!services.includes(source.service)) {
      progress.line(`  ${source.name} waits: ${source.service} was not started`);
      continue;
    }
    await progress.step(`Cataloguing ${source.name}`, async (say) =>
      say(await catalogued(api, source, signal)),
    );
  }
}

/** @param {DaemonApi} api @param {typeof sources[number]} source @param {AbortSignal} signal @returns {Promise<string>} what came of it */
async function catalogued(api, { name, types }, signal) {
  const endMs = performance.now() + deadlineMs;
  for (;;) {
    const { state, lastRun, error } = await statusOf(api, name, signal);
    if (
      lastRun?.outcome === 'succeeded' ||
      lastRun?.outcome === 'partial' ||
      lastRun?.outcome === 'waiting-for-approval'
    ) {
      const counts = await Promise.all(
        types.map(
          async ([type, many]) => `${await countElements(api, { source: name, type }, signal)} ${many}`,
        ),
      );
      const all = await countElements(api, { source: name }, signal);
      const remark =
        lastRun.outcome === 'succeeded'
          ? ''
          : ` (the last run is ${lastRun.outcome}: npm run idaemon -- explain ${name})`;
      return `${all} elements, among them ${counts.join(', ')}${remark}`;
    }
    // What needs a person does not hold the start up: the rest of the system works.
    if (state === 'failed') return `not catalogued: ${error?.message ?? 'it failed'} ${error?.action ?? ''}`;
    if (performance.now() > endMs)
      return `not catalogued yet, it is ${state}: ${error?.message ?? 'see its log'}`;
    await sleep(pollMs, undefined, { signal });
  }
}

/** @param {string} home @param {NodeJS.ProcessEnv} environment */
export async function tokenOf(home, environment) {
  if (environment.IDAEMON_TOKEN) return environment.IDAEMON_TOKEN;
  const token = await readFile(join(home, 'token'), 'utf8').catch(() => '');
  if (token.trim()) return token.trim();
  const action = 'Set IDAEMON_TOKEN to the token that this database knows, then start again.';
  throw new LauncherError(join(home, 'token'), 'the token of the first administrator is not there', action);
}
