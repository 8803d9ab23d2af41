/** A Python environment with packages of exact versions, by whatever index pip is set up for. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { runCommand } from '@idaemon/launcher/run-command';
import { cachedFolder } from './cached-folder.mjs';

/**
 * @typedef {object} PythonEnvironment
 * @property {string} python
 * @property {string} bin of the programs that its packages bring
 */
/** @typedef {{ timeoutMs?: number, signal?: AbortSignal }} InstallOptions */

const usualTimeoutMs = 15 * 60_000;

/**
 * @param {string} name @param {readonly string[]} packages each `name==version` @param {InstallOptions} [options]
 * @returns {Promise<PythonEnvironment>} throws with the reason when it cannot be installed
 */
export async function pythonEnvironment(name, packages, { timeoutMs = usualTimeoutMs, signal } = {}) {
  const hash = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 8);
  const deadline = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]);
  const folder = await cachedFolder(`${name}-${hash}`, async (empty) => {
    await succeed('python3', ['-m', 'venv', empty], deadline);
    await succeed(pythonOf(empty), ['-m', 'pip', 'install', '--quiet', ...packages], deadline);
  });
  return { python: pythonOf(folder), bin: join(folder, 'bin') };
}

/** @param {string} folder */
function pythonOf(folder) {
  return join(folder, 'bin', 'python');
}

/** @param {string} program @param {string[]} args @param {AbortSignal} signal */
async function succeed(program, args, signal) {
  const { isOk, output } = await runCommand(program, args, { signal });
  if (isOk) return;
  if (signal.aborted) throw new Error(`${program} ${args.join(' ')} took too long`);
  throw new Error(`${program} ${args.join(' ')} failed: ${output.trim().split('\n').slice(-3).join(' ')}`);
}
