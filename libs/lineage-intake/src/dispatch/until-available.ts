import { SystemUnavailableError } from '@idaemon/contracts';
import { isUnavailable } from '@idaemon/persistence';
import { BackOff, pause, type Clock } from '@idaemon/service-runtime';

/** In a row. A lock that somebody held, or a deadlock, is over by then; a statement that is too slow never will be. */
const mostBrokenOff = 5;

/**
 * Asks Postgres again while it is away: that is no failure of the connector. Undefined on abort. Throws when Postgres
 * answers but breaks the same work off again and again, so that the connector is seen to fail.
 */
export async function untilAvailable<T>(
  work: () => Promise<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T | undefined> {
  const backOff = new BackOff({ firstMs: 250, longestMs: 5_000 });
  let brokenOff = 0;
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      const isAway = isUnavailable(error);
      if (!isAway && !(error instanceof SystemUnavailableError)) throw error;
      brokenOff = isAway ? 0 : brokenOff + 1;
      if (brokenOff === mostBrokenOff) throw error;
      await pause(clock, backOff.nextDelayMs(), signal);
    }
  }
  return undefined;
}

/** Its outcome, or undefined at once when the signal aborts: then nobody waits for it any more. */
export async function unlessAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([asked, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
