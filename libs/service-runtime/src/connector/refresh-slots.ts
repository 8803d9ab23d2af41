interface Waiting {
  isUrgent: boolean;
  begin: () => void;
}

/** How many refreshes one instance does at once. First come, first served, but people who wait go first. */
export class RefreshSlots {
  readonly #waiting: Waiting[] = [];
  #taken = 0;

  constructor(readonly size: number) {}

  get taken(): number {
    return this.#taken;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves to a function that gives the slot back; undefined when the signal aborts before there is one. */
  async take(isUrgent: boolean, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.#taken < this.size) this.#taken += 1;
    else if (!(await this.#turn(isUrgent, signal))) return undefined;
    return once(() => this.#giveBack());
  }

  /** The slot of the one that ends passes on, so that nobody slips in between. */
  #turn(isUrgent: boolean, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        resolve(false);
      };
      const waiting: Waiting = {
        isUrgent,
        begin: () => {
          signal.removeEventListener('abort', abort);
          resolve(true);
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      const place = isUrgent ? this.#waiting.findIndex((other) => !other.isUrgent) : -1;
      if (place === -1) this.#waiting.push(waiting);
      else this.#waiting.splice(place, 0, waiting);
    });
  }

  #giveBack(): void {
    const next = this.#waiting.shift();
    if (next) next.begin();
    else this.#taken -= 1;
  }
}

function once(call: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    call();
  };
}
