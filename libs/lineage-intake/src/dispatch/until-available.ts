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
