import type { Clock } from '../schedule/clock.js';

interface Timer {
  atMs: number;
  call: () => void;
}

/** A clock whose hands the spec turns. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #wallMs: number;
  #monotonicMs = 1_000;

  constructor(now = '2026-01-01T00:00:00.000Z') {
    this.#wallMs = Date.parse(now);
  }

  wallMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, call: () => void): () => void {
    const timer = { atMs: this.#monotonicMs + Math.max(0, delayMs), call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Lets time pass; whatever is due happens at its time, with all that follows from it. */
  async pass(durationMs: number): Promise<void> {
    const endMs = this.#monotonicMs + durationMs;
    await settled();
    for (let next = this.#next(endMs); next; next = this.#next(endMs)) {
      this.#move(next.atMs - this.#monotonicMs);
      this.#timers.delete(next);
      next.call();
      await settled();
    }
    this.#move(endMs - this.#monotonicMs);
    await settled();
  }

  /** The process is suspended: the clocks go on, nothing happens. */
  suspend(durationMs: number, { isMonotonicStopped = false } = {}): void {
    this.#wallMs += durationMs;
    if (!isMonotonicStopped) this.#monotonicMs += durationMs;
  }

  #next(endMs: number): Timer | undefined {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= endMs);
    return due.sort((a, b) => a.atMs - b.atMs)[0];
  }

  #move(durationMs: number): void {
    this.#wallMs += Math.max(0, durationMs);
    this.#monotonicMs += Math.max(0, durationMs);
  }
}

/** Everything that waits for nothing but itself has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
