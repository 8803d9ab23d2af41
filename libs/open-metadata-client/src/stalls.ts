import type { IdaemonError } from '@idaemon/contracts';

/** What is repeated in vain, and when it is tried next. */
export interface Stall {
  error: IdaemonError;
  nextTryInMs: number;
}

/** A request that is answered within it was only late. */
const tolerableMs = 5_000;

/** Requests of one owner that are repeated in vain: told when one has been so for some seconds, and when none is any more. */
export class Stalls {
  readonly #stalled = new Set<symbol>();

  constructor(
    private readonly onChange: (stall: Stall | null) => void,
    private readonly nowMs: () => number,
  ) {}

  /** Follows one request from its first try on. */
  follow(): { repeats: (stall: Stall) => void; ends: () => void } {
    const request = Symbol('request');
    const beganMs = this.nowMs();
    return {
      repeats: (stall) => {
        if (this.nowMs() + stall.nextTryInMs - beganMs < tolerableMs) return;
        this.#stalled.add(request);
        this.onChange(stall);
      },
      ends: () => {
        if (this.#stalled.delete(request) && this.#stalled.size === 0) this.onChange(null);
      },
    };
  }
}
