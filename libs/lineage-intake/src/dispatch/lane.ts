import { Wake } from '@idaemon/service-runtime';
import type { HandedEvent } from './received-event.js';

/** An event to hand over; `done` once it is handed over or parked. */
export interface EventTask {
  kind: 'event';
  event: HandedEvent;
  done: () => void;
}

/** The events of a key that wait are due. */
export interface RetryTask {
  kind: 'retry';
  stream: number;
  orderingKey: string;
}

/** What is handed over one after the other: all events of a key are in the same lane. */
export class Lane {
  readonly #tasks: (EventTask | RetryTask)[] = [];
  readonly #wake = new Wake();
  /** So many events were in a call that failed: they are handed over one by one. */
  #singles = 0;

  push(task: EventTask | RetryTask): void {
    this.#tasks.push(task);
    this.#wake.ring();
  }

  /** A call for all of them has failed; nobody knows which is to blame. */
  putBack(tasks: readonly EventTask[]): void {
    this.#tasks.unshift(...tasks);
    this.#singles = tasks.length;
  }

  /** The next to do: events for one call, or a retry. Empty on abort. */
  async take(batch: number, signal: AbortSignal): Promise<EventTask[] | RetryTask> {
    while (this.#tasks.length === 0 && !signal.aborted) await this.#wake.next(signal);
    const [first] = this.#tasks;
    if (!first || signal.aborted) return [];
    if (first.kind === 'retry') {
      this.#tasks.shift();
      return first;
    }
    const end = this.#tasks.findIndex(({ kind }) => kind === 'retry');
    const most = this.#singles > 0 ? 1 : batch;
    this.#singles = Math.max(0, this.#singles - 1);
    const taken = this.#tasks.splice(0, end < 0 ? most : Math.min(most, end));
    return taken.filter((task) => task.kind === 'event');
  }
}
