import { setTimeout as wait } from 'node:timers/promises';

export interface Repetition {
  /** Between the end of a round and the start of the next; a round may ask for another pause by its result. */
  pauseMs: number;
  signal: AbortSignal;
  onError: (error: unknown) => void;
}

/** Does rounds of work, one at a time, until `signal` aborts; a round that fails is reported and the next one comes. */
export async function repeat(
  { pauseMs, signal, onError }: Repetition,
  round: () => Promise<number | void>,
): Promise<void> {
  while (!signal.aborted) {
    let pause: number | void = undefined;
    try {
      pause = await round();
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
    await wait(pause ?? pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
