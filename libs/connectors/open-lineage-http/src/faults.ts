/** The most events that are remembered; a forgotten one is only judged later. */
const mostRemembered = 10_000;

/**
 * Tells an event at which the receiver breaks from a receiver that is broken, both of which answer 500: it is the event's
 * fault when others were taken since it failed before.
 */
export class Faults {
  #taken = 0;
  readonly #failedAt = new Map<string, number>();

  taken(event: string): void {
    this.#taken += 1;
    this.#failedAt.delete(event);
  }

  /** Notes a failure; whether it is the event's own. */
  failed(event: string): boolean {
    const before = this.#failedAt.get(event);
    this.#failedAt.delete(event);
    this.#failedAt.set(event, this.#taken);
    const [oldest] = this.#failedAt.keys();
    if (this.#failedAt.size > mostRemembered && oldest !== undefined) this.#failedAt.delete(oldest);
    return before !== undefined && this.#taken > before;
  }
}
