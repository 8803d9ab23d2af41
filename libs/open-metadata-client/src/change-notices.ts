import type { Listening } from '@idaemon/messaging';

/** Listens for notices that the change feed has grown. */
export type Listen = (onNotice: () => void) => Listening;

/** A notice may be lost: then it is looked after this time. */
const pollIntervalMs = 15_000;

/** Waits until the gateway says that the change feed has grown. */
export class ChangeNotices {
  readonly #listening: Listening;
  #hasCome = false;
  #wake: () => void = () => undefined;

  constructor(
    listen: Listen,
    private readonly signal: AbortSignal,
  ) {
    this.#listening = listen(() => {
      this.#hasCome = true;
      this.#wake();
    });
  }

  /** Those that have come so far. */
  forget(): void {
    this.#hasCome = false;
  }

  /** Resolves at the next notice, at once after one that is not forgotten, after a while without any, or on abort. */
  async next(): Promise<void> {
    const { signal } = this;
    if (this.#hasCome || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, pollIntervalMs);
      signal.addEventListener('abort', end, { once: true });
      this.#wake = end;
    });
  }

  stop(): void {
    this.#listening.unsubscribe();
  }
}
