import { EventEmitter } from 'node:events';
import type { Database } from '@idaemon/persistence';
import { appendEvents, type NewEvent } from './append-events.js';
import { GroupCommit } from './group-commit.js';
import { Pressure } from './pressure.js';

export interface EventLogOptions {
  /** How long events wait for Postgres. */
  waitMs: number;
  onCommit?: (events: number, added: number) => void;
  /** Told of the first of failures in a row. */
  onFailure?: (error: unknown) => void;
}

/** The log of all events, received or published by connectors. */
export class EventLog {
  readonly #commits: GroupCommit;
  readonly #grown = new EventEmitter();
  readonly #pressure = new Pressure(() => performance.now());

  constructor(database: Database, { waitMs, onCommit, onFailure }: EventLogOptions) {
    this.#grown.setMaxListeners(0);
    this.#commits = new GroupCommit({
      append: (events) => appendEvents(database, events),
      waitMs,
      onFailure,
      onCommit: (events, added) => {
        onCommit?.(events, added);
        if (added > 0) this.#grown.emit('grown');
      },
    });
  }

  /**
   * Resolves when they are committed, whether they were in the log before or not; those of one ordering key keep their
   * order. Rejects with SystemUnavailableError when Postgres did not answer in time: they may be in the log then.
   */
  append(events: readonly NewEvent[]): Promise<void> {
    const committed = this.#commits.add(events);
    this.#pressure.note(events.length, this.#commits.size);
    return committed;
  }

  /** Events that wait for their commit, by requests. */
  get waiting(): number {
    return this.#commits.size;
  }

  /** So much comes in that other work of this process should step back. */
  get isPressed(): boolean {
    return this.#pressure.isHigh;
  }

  /** Told when this process has added to the log; what other replicas add is found by looking. Ends with `signal`. */
  onGrown(listener: () => void, signal: AbortSignal): void {
    this.#grown.on('grown', listener);
    signal.addEventListener('abort', () => this.#grown.off('grown', listener), { once: true });
  }
}
