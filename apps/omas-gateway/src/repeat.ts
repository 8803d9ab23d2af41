import { setTimeout as wait } from 'node:timers/promises';

export interface Repetition {
  /** Between the end of a round and the start of the next; a round may ask for another pause by its result. */
  pauseMs: number;
  signal: AbortSignal;
  /** Told of the first of failures in a row: an outage of a day is one thing to tell. */
  onFailure: (error: unknown) => void;
  /** Told of the first round that succeeds again. */
  onRecovery?: (failures: number) => void;
}

const maxPauseAfterFailureMs = 30_000;

/** Does rounds of work, one at a time, until `signal` aborts; a round that fails is followed by others, ever later. */
export async function repeat(
  { pauseMs, signal, onFailure, onRecovery }: Repetition,
  round: () => Promise<number | void>,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let pause: number | void = undefined;
    try {
      pause = await round();
      if (failures > 0) onRecovery?.(failures);
      failures = 0;
    } catch (error) {
      if (failures === 0 && !signal.aborted) onFailure(error);
      failures += 1;
      pause = Math.max(pauseMs, Math.min(pauseMs * 2 ** failures, maxPauseAfterFailureMs));
    }
    await wait(pause ?? pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
