import type { Clock } from '../schedule/clock.js';

/** How long code may go on after it was told to stop. */
export const graceMs = 1_000;

/** The connector's code goes on although it was told to stop; its process has to end. */
export class IgnoresAbortError extends Error {
  constructor(readonly what: string) {
    super(`${what} goes on for more than ${graceMs / 1000} s after it was told to stop`);
    this.name = 'IgnoresAbortError';
  }
}

/** The outcome of the connector's code, or IgnoresAbortError when it outlives the abort by more than the grace. */
export async function obedient<T>(
  what: string,
  work: () => Promise<T>,
  signal: AbortSignal,
  clock: Clock,
): Promise<T> {
  let release: () => void = () => undefined;
  const disobeyed = new Promise<never>((_, reject) => {
    let cancel: () => void = () => undefined;
    const abort = () => {
      cancel = clock.after(graceMs, () => reject(new IgnoresAbortError(what)));
    };
    release = () => {
      cancel();
      signal.removeEventListener('abort', abort);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([Promise.resolve().then(work), disobeyed]);
  } finally {
    release();
  }
}
