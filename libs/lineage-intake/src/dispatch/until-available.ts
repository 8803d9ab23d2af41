import { SystemUnavailableError } from '@idaemon/contracts';
import { isUnavailable } from '@idaemon/persistence';
import { BackOff, pause, type Clock } from '@idaemon/service-runtime';

/** Asks Postgres again while it is away: that is no failure of the connector. Undefined on abort. */
export async function untilAvailable<T>(
  work: () => Promise<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T | undefined> {
  const backOff = new BackOff({ firstMs: 250, longestMs: 5_000 });
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error) && !(error instanceof SystemUnavailableError)) throw error;
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
