import type { Clock } from './clock.js';

/** Lets a loop wait until something has changed. A ring before the wait is not lost. One waiter at a time. */
export class Wake {
  #isRung = false;
  #wakeUp: (() => void) | undefined;

  ring(): void {
    this.#isRung = true;
    this.#wakeUp?.();
  }

  /** Resolves at the next ring, at once after one that nobody has waited for, or on abort. */
  async next(signal: AbortSignal): Promise<void> {
    if (!this.#isRung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const end = () => {
          signal.removeEventListener('abort', end);
          this.#wakeUp = undefined;
          resolve();
        };
        this.#wakeUp = end;
        signal.addEventListener('abort', end, { once: true });
      });
    }
    this.#isRung = false;
  }

  /** As `next`, but no longer than this. */
  async nextWithin(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    const cancel = clock.after(delayMs, () => this.ring());
    await this.next(signal);
    cancel();
  }
}
