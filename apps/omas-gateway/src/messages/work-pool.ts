import { BusyError } from '@idaemon/contracts';

export interface WorkPoolOptions {
  /** Named in the error that a full pool answers. */
  name: string;
  /** Pieces of work at once. */
  concurrency: number;
  /** Pieces of work that may wait for their turn; one more is refused as `busy`. */
  maxWaiting: number;
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
    const { name, concurrency, maxWaiting } = this.options;
    if (this.#underWay < concurrency) return this.#set(this.#underWay + 1);
    if (this.#waiting.length >= maxWaiting) {
      throw new BusyError(`The gateway has too many ${name} requests under way`, { retryAfterMs: 500 });
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
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
