/** Starts, adopts, stops and supervises the processes of a system. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, LauncherError } from './failure.mjs';
import { openLog } from './log-files.mjs';
import { identityOf, isAlive, signalProcess } from './process-identity.mjs';

/** @typedef {import('./process-identity.mjs').ProcessIdentity} ProcessIdentity */
/** @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Exit both null: it was adopted, its end is not known */
/** @typedef {{ signal?: NodeJS.Signals, graceMs?: number }} StopOptions */
/**
 * @typedef {object} RunningProcess
 * @property {string} name
 * @property {ProcessIdentity} identity
 * @property {Promise<Exit>} exited
 * @property {number} logStart where its own part of the log file begins, in bytes
 * @property {(options?: StopOptions) => Promise<void>} stop asks it to end, and ends it with its whole group after the grace
 */
/**
 * @typedef {object} ProcessOptions
 * @property {string} name
 * @property {string} command
 * @property {string[]} [args] never a secret: everyone on the machine can read them
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [cwd]
 * @property {string} logFile
 * @property {number} [uid]
 * @property {number} [gid]
 * @property {NodeJS.Signals} [stopSignal] the one that asks it to end; default SIGTERM
 */

const defaultGraceMs = 10_000;
const adoptedPollMs = 250;

/**
 * Starts a process in a group of its own: Ctrl-C in the terminal reaches the launcher only, which stops it in order.
 * @param {ProcessOptions} options
 * @returns {Promise<RunningProcess>}
 */
export async function startProcess({
  name,
  command,
  args = [],
  env = process.env,
  cwd,
  logFile,
  uid,
  gid,
  stopSignal,
}) {
  const log = await openLog(logFile);
  try {
    const { size: logStart } = await log.stat();
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...(uid === undefined ? {} : { uid, gid }),
    });
    /** @type {Promise<Exit>} */
    const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    await started(child, name, command);
    const pid = /** @type {number} */ (child.pid);
    // A process that ended at once has no identity any more; its exit is reported all the same.
    const identity = (await identityOf(pid)) ?? { pid, startedAt: 'ended' };
    return runningProcess({ name, identity, exited, stopSignal, logStart });
  } finally {
    await log.close();
  }
}

/**
 * A process that an earlier launcher started.
 * @param {string} name @param {ProcessIdentity} identity @param {NodeJS.Signals} [stopSignal]
 * @returns {RunningProcess}
 */
export function adoptProcess(name, identity, stopSignal) {
  return runningProcess({ name, identity, exited: endOf(identity), stopSignal });
}

/**
 * Keeps a process running: starts it anew, with growing pauses, whenever it ends.
 * @param {object} options
 * @param {string} options.name
 * @param {RunningProcess} options.first the process as it runs now
 * @param {() => Promise<RunningProcess>} options.start starts its successor
 * @param {AbortSignal} options.signal ends the supervision; the process itself is stopped by the caller
 * @param {(event: { name: string, exit?: Exit, error?: unknown, nextTryInMs: number }) => void} [options.onEnd]
 * @param {(process: RunningProcess) => void | Promise<void>} [options.onStart]
 * @param {{ now: () => number, sleep: (ms: number, signal: AbortSignal) => Promise<void> }} [options.clock]
 */
export async function supervise({
  name,
  first,
  start,
  signal,
  onEnd = () => undefined,
  onStart = () => undefined,
  clock = realClock,
}) {
  const over = aborted(signal);
  let failures = 0;
  let startedAtMs = clock.now();
  /** @type {Promise<Exit>} */
  let ended = first.exited;
  for (;;) {
    const exit = await Promise.race([ended, over]);
    if (!exit || signal.aborted) return;
    if (clock.now() - startedAtMs > steadyMs) failures = 0;
    const nextTryInMs = backOffMs(failures++);
    onEnd({ name, exit, nextTryInMs });
    await clock.sleep(nextTryInMs, signal);
    if (signal.aborted) return;
    startedAtMs = clock.now();
    try {
      const successor = await start();
      // Whoever ended the supervision could not know of this one.
      if (signal.aborted) return await successor.stop();
      ended = successor.exited;
      await onStart(successor);
    } catch (error) {
      onEnd({ name, error, nextTryInMs: backOffMs(failures) });
      ended = Promise.resolve({ code: null, signal: null });
    }
  }
}

/** A process that ran this long counts as steady; its next failure waits the shortest time again. */
const steadyMs = 60_000;

/** @param {number} failures */
export function backOffMs(failures) {
  return Math.min(500 * 2 ** failures, 30_000);
}

const realClock = {
  now: () => performance.now(),
  /** @param {number} ms @param {AbortSignal} signal */
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
};

/**
 * @param {{ name: string, identity: ProcessIdentity, exited: Promise<Exit>, stopSignal?: NodeJS.Signals, logStart?: number }} parts
 * @returns {RunningProcess}
 */
function runningProcess({ name, identity, exited, stopSignal = 'SIGTERM', logStart = 0 }) {
  return {
    name,
    identity,
    exited,
    logStart,
    async stop({ signal = stopSignal, graceMs = defaultGraceMs } = {}) {
      if (!(await signalProcess(identity, signal))) return;
      if (await endsWithin(exited, graceMs)) return;
      await signalProcess(identity, 'SIGKILL', { group: true });
      await exited;
    },
  };
}

/** @param {import('node:child_process').ChildProcess} child @param {string} name @param {string} command */
function started(child, name, command) {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(undefined));
    child.once('error', (error) => {
      const reason = codeOf(error) === 'ENOENT' ? `the program ${command} is not there` : error.message;
      reject(
        new LauncherError(name, reason, 'Run "npm ci" and "npm run build", then start again.', {
          cause: error,
        }),
      );
    });
  });
}

/** @param {ProcessIdentity} identity @returns {Promise<Exit>} */
async function endOf(identity) {
  while (await isAlive(identity)) await sleep(adoptedPollMs, undefined, { ref: false });
  return { code: null, signal: null };
}

/** @param {Promise<unknown>} exited @param {number} graceMs */
async function endsWithin(exited, graceMs) {
  const giveUp = new AbortController();
  const timeUp = sleep(graceMs, false, { signal: giveUp.signal }).catch(() => false);
  const ended = await Promise.race([exited.then(() => true), timeUp]);
  giveUp.abort();
  return ended;
}

/** @param {AbortSignal} signal @returns {Promise<undefined>} */
function aborted(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
