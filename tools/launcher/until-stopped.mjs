/** Runs something until it ends or somebody wants it to end: Ctrl-C, a closed terminal, a service manager. */
import { inPlainWords } from './failure.mjs';

/** npm passes on a Ctrl-C that the terminal already sent to us: only a later one means impatience. */
const echoMs = 1000;

/** @typedef {(options?: { isForced?: boolean }) => Promise<unknown>} CleanUp */

/**
 * @param {(signal: AbortSignal, onStop: (cleanUp: CleanUp) => void) => Promise<void>} work
 *   `onStop` adds what has to be undone at the end, last one first; the work itself ends soon after `signal` aborts
 * @param {{ line: (text: string) => void }} progress
 */
export async function runUntilStopped(work, progress) {
  const stopping = new AbortController();
  /** @type {CleanUp[]} */
  const cleanUps = [];
  let firstAtMs = 0;
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(name, () => {
      if (!stopping.signal.aborted) {
        firstAtMs = performance.now();
        progress.line('\nStopping; Ctrl-C again ends everything at once');
        stopping.abort();
      } else if (performance.now() - firstAtMs > echoMs) {
        for (const cleanUp of cleanUps) void cleanUp({ isForced: true }).catch(() => undefined);
      }
    });
  }
  // Of a terminal that is gone.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

  try {
    await work(stopping.signal, (cleanUp) => cleanUps.unshift(cleanUp));
  } catch (error) {
    if (!stopping.signal.aborted) {
      process.exitCode = 1;
      console.error(`\n${inPlainWords(error)}`);
    }
  }
  for (const cleanUp of cleanUps) {
    try {
      await cleanUp();
    } catch (error) {
      process.exitCode = 1;
      console.error(inPlainWords(error));
    }
  }
  if (stopping.signal.aborted) progress.line('Stopped');
}

/** @param {AbortSignal} signal @returns {Promise<void>} */
export function untilAborted(signal) {
  return new Promise((resolve) => {
    // A pending promise alone would let Node end the process.
    const keepAlive = setInterval(() => undefined, 2 ** 30);
    const finish = () => {
      clearInterval(keepAlive);
      resolve();
    };
    if (signal.aborted) finish();
    else signal.addEventListener('abort', finish, { once: true });
  });
}
