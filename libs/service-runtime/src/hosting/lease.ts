import type { Clock } from '../schedule/clock.js';

/** A moment on both clocks. */
export interface Instant {
  wallMs: number;
  monotonicMs: number;
}

/** Given up before its end, so that whoever owns next never overlaps. */
const marginMs = 1_000;

export function instantOf(clock: Clock): Instant {
  return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
}

/**
 * How long an owner may go on. Counted from when the last answered heartbeat was *sent*, on the clock that went on
 * further: the monotonic one stands still while a machine is suspended, the wall clock may be set back.
 */
export class Lease {
  #from: Instant | undefined;
  #lengthMs = 0;

  constructor(private readonly clock: Clock) {}

  renew(sentAt: Instant, lengthMs: number): void {
    this.#from = sentAt;
    this.#lengthMs = lengthMs;
  }

  /** Milliseconds, negative when it is over; before the first renewal there is none. */
  get remainingMs(): number {
    if (!this.#from) return -Infinity;
    const now = instantOf(this.clock);
    const elapsedMs = Math.max(now.wallMs - this.#from.wallMs, now.monotonicMs - this.#from.monotonicMs);
    return this.#lengthMs - marginMs - elapsedMs;
  }

  get isValid(): boolean {
    return this.remainingMs > 0;
  }
}
