/** Runs a program to its end and keeps what it said. */
import { spawn } from 'node:child_process';

/** The end of a longer output is kept: it says why something failed. */
const maxOutput = 64 * 1024;

/**
 * @param {string} command @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, uid?: number, gid?: number, timeoutMs?: number, signal?: AbortSignal }} [options]
 * @returns {Promise<{ isOk: boolean, code: number | null, output: string }>} never rejects: a program that is not there is not ok
 */
export function runCommand(command, args, { cwd, env, uid, gid, timeoutMs, signal } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid }),
    });
    // Not spawn's own time-out: its timer outlives a program that is not there.
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let output = '';
    /** @param {number | null} code @param {string} [message] */
    const finish = (code, message = output) => {
      clearTimeout(timer);
      resolve({ isOk: code === 0, code, output: message });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream
        .setEncoding('utf8')
        .on('data', (/** @type {string} */ text) => (output = (output + text).slice(-maxOutput)));
    }
    child.once('error', (error) => finish(null, error.message));
    child.once('close', (code) => finish(code));
  });
}
