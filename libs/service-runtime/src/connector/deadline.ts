import type { IdaemonError } from '@idaemon/contracts';
import type { Clock } from '../schedule/clock.js';
import { linkedAbort } from './linked-abort.js';

export interface Deadline {
  /** Aborts with the outer signal, or when the time is over. */
  signal: AbortSignal;
  /** Set when the time was over before the end. */
  readonly expired: IdaemonError | undefined;
  end: () => void;
}

/** Bounds what a connector does; `reason` says what took too long. */
export function deadlineAfter(
  delayMs: number,
  reason: () => IdaemonError,
  signal: AbortSignal,
  clock: Clock,
): Deadline {
  const { controller, letGo } = linkedAbort(signal);
  let expired: IdaemonError | undefined;
  const cancel = clock.after(delayMs, () => {
    expired = reason();
    controller.abort(expired);
  });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    end: () => {
      cancel();
      letGo();
    },
  };
}
