import { BusyError } from '@idaemon/contracts';

export interface WorkPoolOptions {
  /** Named in the error that a full pool answers. */
  name: string;
  /** Pieces of work at once. */
  concurrency: number;
  /** Pieces of work that may wait for their turn; one more is refused as `busy`. */
  maxWaiting: number;
  /** What has waited for longer is refused as `busy` too: its asker has given up, or is about to. */
  maxWaitMs: number;
  nowMs?: () => number;
  onChange?: (underWay: number) => void;
}

/** Runs a bounded number of pieces of work at once, the rest in their order; it never queues without bound. */
export class WorkPool {
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly options: WorkPoolOptions) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  async #turn(): Promise<void> {
    const { concurrency, maxWaiting, maxWaitMs, nowMs = () => performance.now() } = this.options;
    if (this.#underWay < concurrency) return this.#set(this.#underWay + 1);
    if (this.#waiting.length >= maxWaiting) throw this.#busy();
    const sinceMs = nowMs();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (nowMs() - sinceMs <= maxWaitMs) return;
    this.#next();
    throw this.#busy();
  }

  #busy(): BusyError {
    const message = `The gateway has too many ${this.options.name} requests under way`;
    return new BusyError(message, { retryAfterMs: 500 });
  }

  /** A waiting piece takes over the place of the one that ended. */
  #next(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#set(this.#underWay - 1);
  }

  #set(underWay: number): void {
    this.#underWay = underWay;
    this.options.onChange?.(underWay);
  }
}
