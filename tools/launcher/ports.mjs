/** Finds TCP ports on the loopback interface. */
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { LauncherError } from './failure.mjs';

const host = '127.0.0.1';
const connectTimeoutMs = 1000;
const stepsTried = 100;
const releaseDeadlineMs = 30_000;

/**
 * Both questions are asked: on macOS a port can be bound although a server listens on all interfaces.
 * @param {number} port
 */
export async function isPortFree(port) {
  return !(await somebodyAnswers(port)) && (await canListen(port));
}

/**
 * The wanted port, else the same one plus 100, plus 200 and so on, so that the numbers of a second checkout stay readable.
 * @param {number} wanted
 * @param {{ taken?: ReadonlySet<number>, isFree?: (port: number) => Promise<boolean> }} [options] `taken`: given out, but not listened on yet
 */
export async function freePortNear(wanted, { taken = new Set(), isFree = isPortFree } = {}) {
  for (let step = 0; step < stepsTried; step++) {
    const port = wanted + step * 100;
    if (port > 65_535) break;
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new LauncherError(
    `Port ${wanted}`,
    'it and all its alternatives are taken',
    'Stop a program that listens there, then start again.',
  );
}

/**
 * For a server that starts again: its clients know this port and no other.
 * @param {number} port
 */
export async function portReleased(port) {
  const endMs = performance.now() + releaseDeadlineMs;
  while (!(await isPortFree(port))) {
    if (performance.now() > endMs) {
      const action = 'Stop the program that listens there, then start again.';
      throw new LauncherError(`Port ${port}`, 'another program has taken it', action);
    }
    await sleep(100);
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function somebodyAnswers(port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    /** @param {boolean} answer */
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(connectTimeoutMs, () => finish(true));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

/** @param {number} port @returns {Promise<boolean>} */
function canListen(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
