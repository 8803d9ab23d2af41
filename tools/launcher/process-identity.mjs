/** Tells a process from a later one with the same number, so that nobody stops a stranger. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { codeOf } from './failure.mjs';

/** @typedef {{ pid: number, startedAt: string }} ProcessIdentity */

/**
 * @param {number} pid
 * @returns {Promise<ProcessIdentity | undefined>} undefined when no such process runs (a zombie does not)
 */
export async function identityOf(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const startedAt = process.platform === 'linux' ? await startOnLinux(pid) : await startByPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** @param {ProcessIdentity | undefined} recorded */
export async function isAlive(recorded) {
  if (!recorded) return false;
  const now = await identityOf(recorded.pid);
  return now?.startedAt === recorded.startedAt;
}

/** @param {unknown} value @returns {value is ProcessIdentity} */
export function isProcessIdentity(value) {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value))
    return false;
  return typeof value.pid === 'number' && typeof value.startedAt === 'string';
}

/**
 * Sends a signal only if the process is still the recorded one.
 * @param {ProcessIdentity} identity @param {NodeJS.Signals} signal
 * @param {{ group?: boolean }} [options] `group`: to its whole process group
 * @returns {Promise<boolean>} whether it was sent
 */
export async function signalProcess(identity, signal, { group = false } = {}) {
  if (!(await isAlive(identity))) return false;
  try {
    process.kill(group ? -identity.pid : identity.pid, signal);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
    throw error;
  }
}

/** @type {Promise<string> | undefined} */
let bootId;

/** @param {number} pid */
async function startOnLinux(pid) {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The command in parentheses may hold spaces: count the fields after it. State is the 3rd field, the start the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    bootId ??= readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${(await bootId).trim()}/${fields[19]}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return undefined;
    throw error;
  }
}

/** @param {number} pid */
async function startByPs(pid) {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      env: { ...process.env, LC_ALL: 'C' },
    });
    const [state, ...start] = stdout.trim().split(/\s+/);
    return !state || state.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return undefined;
  }
}
