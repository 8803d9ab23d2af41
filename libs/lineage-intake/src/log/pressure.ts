const windowMs = 250;
/** Events of a window: 2,000 in a second. What comes slower is folded as it comes. */
const manyEvents = 500;
/** Requests at once. Fewer wait for nothing but their commit; more wait for the process, too. */
const manyWaiting = 8;

interface Window {
  events: number;
  waiting: number;
}

/** Is so much being sent that whoever shares the process with the receiver should step back? */
export class Pressure {
  #beganMs = -Infinity;
  #current: Window = { events: 0, waiting: 0 };
  #last: Window = { events: 0, waiting: 0 };

  constructor(private readonly nowMs: () => number) {}

  /** `waiting`: requests that are not yet answered, this one included. */
  note(events: number, waiting: number): void {
    this.#turn();
    this.#current.events += events;
    this.#current.waiting = Math.max(this.#current.waiting, waiting);
  }

  get isHigh(): boolean {
    this.#turn();
    return isMuch(this.#current) || isMuch(this.#last);
  }

  #turn(): void {
    const sinceMs = this.nowMs() - this.#beganMs;
    if (sinceMs < windowMs) return;
    this.#last = sinceMs < 2 * windowMs ? this.#current : { events: 0, waiting: 0 };
    this.#current = { events: 0, waiting: 0 };
    this.#beganMs = this.nowMs();
  }
}

function isMuch({ events, waiting }: Window): boolean {
  return events >= manyEvents || waiting >= manyWaiting;
}
