import type { ConnectorLog } from '@idaemon/connector-kit';
import type { ListenOptions, ReceivedEvent } from '@idaemon/integration-services';
import type { Metrics } from '@idaemon/metrics';
import { stableHash } from '@idaemon/open-lineage';
import type { Database } from '@idaemon/persistence';
import { pause, Wake, type Clock, type Redaction } from '@idaemon/service-runtime';
import { Circuit } from './circuit.js';
import { Deliveries } from './deliveries.js';
import { EventReader } from './event-reader.js';
import { HeldKeys } from './held-keys.js';
import { Lane } from './lane.js';
import { dueKeys, heldKeys, park } from './parked-rows.js';
import { saveReplays } from './replay-rows.js';
import { moveCursors, subscribe, type Subscriber } from './subscription-rows.js';
import { untilAvailable } from './until-available.js';

export type EventHandler = (events: readonly ReceivedEvent[], signal: AbortSignal) => Promise<void>;

export interface ListenerTiming {
  /** Events that other replicas have received are found by looking. */
  pollMs: number;
  /** The cursor is saved no more often. */
  saveMs: number;
  /** A connector says so often that it still listens: whose subscription is quiet for long is forgotten. */
  stayMs: number;
  /** Milliseconds until the next try, after so many. */
  retryMs: (attempts: number) => number;
  /** Tries of one event before it is given up. */
  maxAttempts: number;
}

export const usualTiming: ListenerTiming = {
  pollMs: 500,
  saveMs: 200,
  stayMs: 3_600_000,
  retryMs: (attempts) => Math.min(1_000 * 4 ** (attempts - 1), 300_000),
  maxAttempts: 6,
};

export interface ListenerEnvironment {
  database: Database;
  clock: Clock;
  metrics: Metrics;
  redaction: Redaction;
  /** Calls back when the log has grown here, until the signal aborts. */
  onGrown: (call: () => void, until: AbortSignal) => void;
  timing?: ListenerTiming;
}

/** Keys that are tried again at once, at most. */
const retriesAtOnce = 64;

/** Hands the log to one handler, from the connector's own cursor on, until the signal aborts. */
export async function listen(
  environment: ListenerEnvironment,
  subscriber: Subscriber,
  log: ConnectorLog,
  handler: EventHandler,
  options: ListenOptions,
  signal: AbortSignal,
): Promise<void> {
  const { database } = environment;
  const cursors = await subscribe(database, subscriber, options.from ?? 'oldest');
  const held = new HeldKeys(await heldKeys(database, subscriber.connector, subscriber.streams));
  const listener = new Listener(environment, subscriber, log, handler, options, held);
  listener.reader.begin(cursors);
  await listener.run(signal);
}

class Listener {
  readonly reader: EventReader;
  readonly #lanes: Lane[];
  readonly #deliveries: Deliveries;
  readonly #circuit: Circuit;
  readonly #due = new Wake();
  readonly #save = new Wake();
  readonly #retrying = new Set<string>();
  readonly #timing: ListenerTiming;

  constructor(
    private readonly environment: ListenerEnvironment,
    private readonly subscriber: Subscriber,
    log: ConnectorLog,
    handler: EventHandler,
    private readonly options: ListenOptions,
    private readonly held: HeldKeys,
  ) {
    const { concurrency = 4 } = options;
    this.#timing = environment.timing ?? usualTiming;
    this.#circuit = new Circuit(environment.clock);
    this.#lanes = Array.from({ length: concurrency }, () => new Lane());
    this.reader = new EventReader({
      ...{ environment, subscriber, log, match: options.match, held, pollMs: this.#timing.pollMs },
      give: (task) => this.#laneOf(task.event.orderingKey).push(task),
    });
    this.#deliveries = new Deliveries({
      ...{ environment, subscriber, log, handler, held, circuit: this.#circuit, timing: this.#timing },
      persist: (work, signal) => this.#persist(work, signal),
    });
  }

  /** Ends with the signal; throws what another try of the same cannot mend. */
  async run(signal: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const until = AbortSignal.any([signal, ending.signal]);
    this.environment.onGrown(() => this.reader.wake(), until);
    const loops = [
      this.reader.run(until, (work) => this.#persist(work, until)),
      this.#saveForever(until),
      this.#retryForever(until),
      this.#stayForever(until),
      ...this.#lanes.map((lane) => this.#deliverForever(lane, until)),
    ].map((loop) => loop.catch((error: unknown) => this.#end(ending, error)));
    await Promise.all(loops);
    // What was handed over last is not handed over again, if that can be told quickly.
    if (signal.aborted) return this.#saveNow().catch(() => undefined);
    throw ending.signal.reason;
  }

  #end(ending: AbortController, error: unknown): void {
    if (!ending.signal.aborted) ending.abort(error);
  }

  #laneOf(orderingKey: string): Lane {
    // Other bits than those that choose the stream.
    const lane = this.#lanes[(stableHash(orderingKey) >>> 8) % this.#lanes.length];
    if (!lane) throw new Error('A listener has at least one lane');
    return lane;
  }

  async #deliverForever(lane: Lane, signal: AbortSignal): Promise<void> {
    const { batch = 1 } = this.options;
    while (!signal.aborted) {
      const work = await lane.take(this.#circuit.isOpen ? 1 : batch, signal);
      await this.#takeTurn(signal);
      if (signal.aborted) return;
      if (!Array.isArray(work)) {
        await this.#deliveries.retry(work, signal);
        this.#retrying.delete(work.orderingKey);
        this.#due.ring();
      } else {
        await this.#deliveries.deliver(work, lane, signal);
        this.reader.wake();
      }
      this.#save.ring();
    }
  }

  async #takeTurn(signal: AbortSignal): Promise<void> {
    for (;;) {
      const waitMs = this.#circuit.takeTurn();
      if (waitMs <= 0 || signal.aborted) return;
      await pause(this.environment.clock, Math.min(waitMs, 1_000), signal);
    }
  }

  async #saveForever(signal: AbortSignal): Promise<void> {
    const { clock } = this.environment;
    while (!signal.aborted) {
      await this.#save.next(signal);
      if (signal.aborted) return;
      await this.#persist(() => this.#saveNow(), signal);
      await pause(clock, this.#timing.saveMs, signal);
    }
  }

  /** Parked events and cursors, in one transaction that no older owner gets through. */
  async #saveNow(): Promise<void> {
    const { database } = this.environment;
    const { connector } = this.subscriber;
    const cursors = this.reader.unsaved();
    const parked = this.held.takeUnsaved();
    if (cursors.length === 0 && parked.length === 0) return;
    try {
      await database.transaction(async (sql) => {
        const moved = cursors.filter(({ source }) => source.replay === undefined);
        await moveCursors(
          sql,
          this.subscriber,
          new Map(moved.map(({ source, doneTo }) => [source.stream, doneTo])),
        );
        await saveReplays(sql, cursors);
        for (const { event, reason } of parked) await park(sql, connector, event, reason);
      });
    } catch (error) {
      this.held.notSaved(parked);
      throw error;
    }
    for (const { source, doneTo } of cursors) source.savedTo = doneTo;
    this.held.saved(parked);
    if (parked.length > 0) this.#save.ring();
  }

  async #retryForever(signal: AbortSignal): Promise<void> {
    const { database, clock } = this.environment;
    const { connector, streams } = this.subscriber;
    while (!signal.aborted) {
      const due = await this.#persist(() => dueKeys(database, connector, streams, retriesAtOnce), signal);
      for (const { stream, orderingKey } of due ?? []) {
        if (this.#retrying.has(orderingKey)) continue;
        this.#retrying.add(orderingKey);
        this.held.note(orderingKey);
        this.#laneOf(orderingKey).push({ kind: 'retry', stream, orderingKey });
      }
      await pause(clock, this.#timing.pollMs, signal);
      if (due?.length === 0) await this.#due.nextWithin(this.#timing.pollMs, clock, signal);
    }
  }

  async #stayForever(signal: AbortSignal): Promise<void> {
    const { database, clock } = this.environment;
    while (!signal.aborted) {
      await this.#persist(() => moveCursors(database, this.subscriber, new Map()), signal);
      await pause(clock, this.#timing.stayMs, signal);
    }
  }

  #persist<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    return untilAvailable(work, this.environment.clock, signal);
  }
}
