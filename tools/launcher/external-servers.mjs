/** Servers that the environment names: waited for a while, and refused with the reason when they will not do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { withClient } from './database.mjs';
import { LauncherError } from './failure.mjs';
import { pingNats } from './nats-ping.mjs';

/** @typedef {import('./servers.mjs').ServerOptions} ServerOptions */
/** @typedef {{ reason: string, action?: string, isFinal: boolean }} Problem `isFinal`: waiting does not help */

const oldestPostgres = 150_000;
const deadlineMs = 60_000;
const pollMs = 1000;

/** @param {string} url @param {ServerOptions} options */
export async function checkExternalPostgres(url, options) {
  if (!/^postgres(ql)?:\/\//.test(url)) {
    const action = 'Set it to postgresql://user:password@host:port/database.';
    throw new LauncherError('IDAEMON_POSTGRES_URL', 'it is no URL of a PostgreSQL database', action);
  }
  await untilThere('IDAEMON_POSTGRES_URL', options, () => problemOfPostgres(url));
}

/** @param {string} url @param {ServerOptions} options */
export async function checkExternalNats(url, options) {
  // A list of servers and TLS are the apps' business.
  if (/^nats:\/\/[^,]+$/.test(url)) await untilThere('IDAEMON_NATS_URL', options, () => problemOfNats(url));
}

/** @param {string} url @returns {Promise<Problem | undefined>} */
async function problemOfPostgres(url) {
  try {
    const version = await withClient(url, async (client) => {
      const { rows } = await client.query('show server_version_num');
      return Number(rows[0].server_version_num);
    });
    if (version >= oldestPostgres) return undefined;
    return {
      reason: `it is PostgreSQL ${Math.floor(version / 10_000)}`,
      action: 'Use PostgreSQL 15 or newer.',
      isFinal: true,
    };
  } catch (error) {
    const { code, message } = /** @type {Error & { code?: string }} */ (error);
    // Classes 28 and 3D: refused credentials, no such database.
    return {
      reason: message || `it cannot be reached (${code})`,
      isFinal: /^(28|3D|ERR_INVALID)/.test(code ?? ''),
    };
  }
}

/** @param {string} url @returns {Promise<Problem | undefined>} */
async function problemOfNats(url) {
  const answer = await pingNats(url);
  if (answer === 'ok') return undefined;
  if (answer === 'refused') return { reason: 'it refuses these credentials', isFinal: true };
  return { reason: `nothing answers at ${new URL(url).host}`, isFinal: false };
}

/** @param {string} variable @param {ServerOptions} options @param {() => Promise<Problem | undefined>} findProblem */
async function untilThere(variable, { progress, signal }, findProblem) {
  await progress.step(`Server of ${variable}`, async (say) => {
    const endMs = performance.now() + deadlineMs;
    for (;;) {
      const problem = await findProblem();
      if (!problem) return say('ready');
      say(problem.reason);
      if (problem.isFinal || performance.now() > endMs) {
        throw new LauncherError(
          variable,
          problem.reason,
          problem.action ?? 'Correct it, or the server that it names.',
        );
      }
      await sleep(pollMs, undefined, { signal });
    }
  });
}
