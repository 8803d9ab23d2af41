import type { EventTask } from './lane.js';
import type { ParkReason } from './parked-rows.js';

/** An event that is to be parked with the next commit. */
export interface ToPark extends EventTask {
  reason?: ParkReason;
}

/** The ordering keys whose events wait in `parked`, and what is still on its way there. */
export class HeldKeys {
  readonly #events: Map<string, number>;
  readonly #unsaved = new Map<string, number>();
  #toPark: ToPark[] = [];
  #total: number;

  constructor(parked: ReadonlyMap<string, number>) {
    this.#events = new Map(parked);
    this.#total = [...parked.values()].reduce((sum, events) => sum + events, 0);
  }

  /** Events that wait. */
  get total(): number {
    return this.#total;
  }

  get hasUnsaved(): boolean {
    return this.#toPark.length > 0;
  }

  has(key: string): boolean {
    return this.#events.has(key);
  }

  /** From outside: a dead letter is replayed. */
  note(key: string): void {
    if (!this.#events.has(key)) this.#events.set(key, 1);
  }

  park(task: EventTask, reason?: ParkReason): void {
    const key = task.event.orderingKey;
    this.#toPark.push({ ...task, reason });
    this.#events.set(key, (this.#events.get(key) ?? 0) + 1);
    this.#unsaved.set(key, (this.#unsaved.get(key) ?? 0) + 1);
    this.#total += 1;
  }

  /** What is to be saved now; give it to `saved` or to `notSaved`. */
  takeUnsaved(): ToPark[] {
    return this.#toPark.splice(0);
  }

  saved(parked: readonly ToPark[]): void {
    for (const { event, done } of parked) {
      const left = (this.#unsaved.get(event.orderingKey) ?? 1) - 1;
      if (left > 0) this.#unsaved.set(event.orderingKey, left);
      else this.#unsaved.delete(event.orderingKey);
      done();
    }
  }

  notSaved(parked: readonly ToPark[]): void {
    this.#toPark = [...parked, ...this.#toPark];
  }

  /** One of them was handed over or given up. */
  left(key: string): void {
    this.#total = Math.max(0, this.#total - 1);
    const events = this.#events.get(key);
    if (events !== undefined) this.#events.set(key, Math.max(1, events - 1));
  }

  /** No row of the key is left: the next event goes straight on, unless one is still on its way to be parked. */
  release(key: string): void {
    if (!this.#unsaved.has(key)) this.#events.delete(key);
  }
}
