import { createHash } from 'node:crypto';

const windowMs = 60_000;
const maxAddresses = 10_000;

interface Attempts {
  since: number;
  /** Distinct wrong tokens: a client that goes on with one revoked token tries one, not many. */
  tokens: Set<string>;
}

/** Counts wrong tokens per address: who tries one after the other is told to wait. Times are passed in. */
export class FailedAttempts {
  readonly #byAddress = new Map<string, Attempts>();

  constructor(private readonly maxTokens = 20) {}

  /** How long wrong tokens of this address are refused with a wait; undefined while they are few. */
  waitMs(address: string, nowMs: number): number | undefined {
    const attempts = this.#current(address, nowMs);
    if (!attempts || attempts.tokens.size < this.maxTokens) return undefined;
    return attempts.since + windowMs - nowMs;
  }

  add(address: string, token: string, nowMs: number): void {
    const attempts = this.#current(address, nowMs) ?? this.#begin(address, nowMs);
    if (attempts.tokens.size >= this.maxTokens) return;
    attempts.tokens.add(createHash('sha256').update(token).digest('base64url'));
  }

  #current(address: string, nowMs: number): Attempts | undefined {
    const attempts = this.#byAddress.get(address);
    if (!attempts || nowMs < attempts.since + windowMs) return attempts;
    this.#byAddress.delete(address);
    return undefined;
  }

  #begin(address: string, nowMs: number): Attempts {
    if (this.#byAddress.size >= maxAddresses) this.#byAddress.clear();
    const attempts = { since: nowMs, tokens: new Set<string>() };
    this.#byAddress.set(address, attempts);
    return attempts;
  }
}
