/** Finds a NATS server program: installed, cached, or fetched into the cache; nothing is installed system-wide. */
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LauncherError } from './failure.mjs';
import { natsSources } from './nats-sources.mjs';
import { runCommand } from './run-command.mjs';

/** @typedef {import('./nats-sources.mjs').NatsSource} NatsSource */
/** @typedef {{ path: string, version: string, source: string }} NatsProgram */

/**
 * @param {string} cacheFolder
 * @param {{ sources?: NatsSource[], isPathUsed?: boolean, onTry?: (source: string) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<NatsProgram>}
 */
export async function findNatsProgram(
  cacheFolder,
  { sources = natsSources, isPathUsed = true, onTry = () => undefined, signal } = {},
) {
  const installed = isPathUsed ? await versionOf('nats-server') : undefined;
  if (installed) return { path: 'nats-server', version: installed, source: 'PATH' };

  for (const source of sources) {
    const path = join(folderOf(cacheFolder, source), 'nats-server');
    const version = await versionOf(path);
    if (version) return { path, version, source: `${source.name}, from the cache` };
  }

  const reasons = [];
  for (const source of sources) {
    onTry(source.name);
    const reason = await fetchInto(cacheFolder, source, signal);
    signal?.throwIfAborted();
    const path = join(folderOf(cacheFolder, source), 'nats-server');
    const version = reason === undefined ? await versionOf(path) : undefined;
    if (version) return { path, version, source: source.name };
    reasons.push(`${source.name}: ${reason ?? 'its program does not run here'}`);
  }
  const action =
    'Install nats-server so that it is on the PATH, or set IDAEMON_NATS_URL to a server of yours.';
  throw new LauncherError('A NATS server', `none could be had (${reasons.join('; ')})`, action);
}

/**
 * Fetched beside its place and moved there at the end: others may fetch at the same time, and a start may be interrupted.
 * @param {string} cacheFolder @param {NatsSource} source @param {AbortSignal} [signal]
 * @returns {Promise<string | undefined>} why not
 */
async function fetchInto(cacheFolder, source, signal) {
  await mkdir(cacheFolder, { recursive: true });
  const unfinished = await mkdtemp(join(cacheFolder, 'nats-server-unfinished-'));
  try {
    const reason = await source.fetch(unfinished, signal);
    if (reason !== undefined) return reason;
    await keepOnlyProgram(unfinished);
    const folder = folderOf(cacheFolder, source);
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder).catch(() => undefined);
    return undefined;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** @param {string} folder */
async function keepOnlyProgram(folder) {
  for (const name of await readdir(folder)) {
    if (name !== 'nats-server') await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** @param {string} cacheFolder @param {NatsSource} source */
function folderOf(cacheFolder, source) {
  return join(cacheFolder, `nats-server-${source.id}-${source.version}`);
}

/** @param {string} program @returns {Promise<string | undefined>} undefined when it is not there or does not run */
async function versionOf(program) {
  const { isOk, output } = await runCommand(program, ['--version'], { timeoutMs: 10_000 });
  return isOk ? /v(\d+\.\d+\.\d+)/.exec(output)?.[1] : undefined;
}
