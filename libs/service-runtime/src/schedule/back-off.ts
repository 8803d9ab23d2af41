export interface BackOffOptions {
  firstMs?: number;
  longestMs?: number;
  /** From 0 to 1; default: random. */
  random?: () => number;
}

/** Delays between tries: doubled each time from 1 s to 5 min, spread by a quarter so that many do not try at once. */
export class BackOff {
  #failures = 0;

  constructor(private readonly options: BackOffOptions = {}) {}

  /** Milliseconds until the next try; `retryAfterMs` is honoured when it is longer. */
  nextDelayMs(retryAfterMs = 0): number {
    const { firstMs = 1_000, longestMs = 300_000, random = Math.random } = this.options;
    const doubledMs = Math.min(firstMs * 2 ** Math.min(this.#failures, 30), longestMs);
    this.#failures += 1;
    const spreadMs = doubledMs * (0.875 + random() * 0.25);
    return Math.round(Math.max(spreadMs, retryAfterMs));
  }

  /** After a success. */
  reset(): void {
    this.#failures = 0;
  }
}
