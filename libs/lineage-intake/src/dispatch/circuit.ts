import { BackOff, type Clock } from '@idaemon/service-runtime';

/** Failures in a row, of different keys, after which the destination counts as away. */
const failuresToOpen = 3;

/**
 * Tells a destination that is away from one event that fails: after some failures in a row calls go one by one, with
 * growing pauses, until one succeeds.
 */
export class Circuit {
  readonly #backOff = new BackOff({ firstMs: 500, longestMs: 60_000 });
  #failures = 0;
  #nextTrialMs = 0;

  constructor(private readonly clock: Clock) {}

  get isOpen(): boolean {
    return this.#failures >= failuresToOpen;
  }

  /** Milliseconds until a call may be tried; zero takes the turn. */
  takeTurn(): number {
    if (!this.isOpen) return 0;
    const nowMs = this.clock.wallMs();
    if (nowMs < this.#nextTrialMs) return this.#nextTrialMs - nowMs;
    // Others wait until this trial has told.
    this.#nextTrialMs = nowMs + this.#backOff.nextDelayMs();
    return 0;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#backOff.reset();
  }

  failed(retryAfterMs = 0): void {
    this.#failures += 1;
    if (!this.isOpen) return;
    const nowMs = this.clock.wallMs();
    this.#nextTrialMs = Math.max(this.#nextTrialMs, nowMs + this.#backOff.nextDelayMs(retryAfterMs));
  }
}
