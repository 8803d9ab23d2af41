/** Runs a program to its end and keeps what it said. */
import { spawn } from 'node:child_process';

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
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid }),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream
        .setEncoding('utf8')
        .on('data', (/** @type {string} */ text) => (output = (output + text).slice(-maxOutput)));
    }
    child.once('error', (error) => resolve({ isOk: false, code: null, output: error.message }));
    child.once('close', (code) => resolve({ isOk: code === 0, code, output }));
  });
}

const maxOutput = 64 * 1024;
