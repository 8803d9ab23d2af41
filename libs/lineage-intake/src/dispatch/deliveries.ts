import type { ConnectorLog } from '@idaemon/connector-kit';
import { IdaemonError, InvalidMetadataError } from '@idaemon/contracts';
import { consequenceOf, explainFailure } from '@idaemon/service-runtime';
import type { Circuit } from './circuit.js';
import type { HeldKeys } from './held-keys.js';
import type { EventTask, Lane, RetryTask } from './lane.js';
import type { EventHandler, ListenerEnvironment, ListenerTiming } from './listener.js';
import { giveUp, oldestOf, parkAgain, unpark, type ParkedEvent } from './parked-rows.js';
import { receivedEvent } from './received-event.js';
import { holdStream, type Subscriber } from './subscription-rows.js';

export interface DeliveriesOptions {
  environment: ListenerEnvironment;
  subscriber: Subscriber;
  log: ConnectorLog;
  handler: EventHandler;
  held: HeldKeys;
  circuit: Circuit;
  timing: ListenerTiming;
  /** Postgres is asked again while it is away; undefined on abort. */
  persist: <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T | undefined>;
}

/** What is away is asked again after this time; how often it was makes no difference. */
const awayMs = 15_000;
/** Events of a key that were waiting, in one turn of their lane. */
const mostInTurn = 100;

/** Calls the handler, and does what becomes of an event when it fails. */
export class Deliveries {
  constructor(private readonly options: DeliveriesOptions) {}

  /** Events for one call. Those of a key that waits go behind it. */
  async deliver(tasks: readonly EventTask[], lane: Lane, signal: AbortSignal): Promise<void> {
    const { held, environment, timing } = this.options;
    const ready = tasks.filter((task) => {
      const isHeld = held.has(task.event.orderingKey);
      if (isHeld) held.park(task);
      return !isHeld;
    });
    const [first] = ready;
    if (!first) return;
    const failure = await this.#call(
      ready.map(({ event }) => event),
      signal,
    );
    if (failure === 'stopped') return;
    if (!failure) return ready.forEach(({ done }) => done());
    if (ready.length > 1) return lane.putBack(ready);
    environment.metrics.lineageDeliveries.inc({ outcome: 'parked' });
    const attempts = isAway(failure) ? 0 : 1;
    held.park(first, { error: failure, attempts, retryInMs: this.#retryInMs(failure, 1) });
    this.options.log.warn(
      `An event of ${first.event.orderingKey} waits for its next try: ${failure.message}`,
      {
        retryInMs: this.#retryInMs(failure, 1),
        maxAttempts: timing.maxAttempts,
      },
    );
  }

  /** The waiting events of a key that is due, in their order, until one fails. */
  async retry({ stream, orderingKey }: RetryTask, signal: AbortSignal): Promise<void> {
    const { environment, subscriber, held, persist } = this.options;
    for (let turn = 0; turn < mostInTurn && !signal.aborted; turn++) {
      const event = await persist(
        async () =>
          (await oldestOf(environment.database, subscriber.connector, stream, orderingKey)) ?? 'none',
        signal,
      );
      if (event === undefined) return;
      if (event === 'none') return held.release(orderingKey);
      if (!(await this.#tryAgain(event, signal))) return;
    }
  }

  /** Whether the next of the key may go on: this one was handed over, or given up. */
  async #tryAgain(event: ParkedEvent, signal: AbortSignal): Promise<boolean> {
    const { subscriber, held, timing, environment, log } = this.options;
    const { connector } = subscriber;
    const failure = await this.#call([event], signal);
    if (failure === 'stopped') return false;
    if (!failure) {
      if (await this.#fenced(event, signal, (sql) => unpark(sql, connector, event))) {
        held.left(event.orderingKey);
      }
      return true;
    }
    const attempts = event.attempts + (isAway(failure) ? 0 : 1);
    if (attempts < timing.maxAttempts) {
      const retryInMs = this.#retryInMs(failure, attempts);
      await this.#fenced(event, signal, (sql) =>
        parkAgain(sql, connector, event, { error: failure, attempts, retryInMs }),
      );
      return false;
    }
    const isGivenUp = await this.#fenced(event, signal, (sql) =>
      giveUp(sql, connector, event, { error: failure, attempts }),
    );
    // Somebody has replayed it, perhaps repaired, while it was tried: that is what comes next.
    if (!isGivenUp) return true;
    held.left(event.orderingKey);
    environment.metrics.lineageDeliveries.inc({ outcome: 'dead_letter' });
    log.warn(`An event of ${event.orderingKey} was given up after ${attempts} tries: ${failure.message}`, {
      next: 'It is a dead letter now: repair and replay it, or discard it.',
    });
    return true;
  }

  #retryInMs(failure: IdaemonError, attempts: number): number {
    const usualMs = isAway(failure) ? awayMs : this.options.timing.retryMs(attempts);
    return Math.max(usualMs, failure.retryAfterMs ?? 0);
  }

  /** Undefined on abort. */
  async #fenced<T>(
    { stream }: ParkedEvent,
    signal: AbortSignal,
    work: (sql: Parameters<typeof unpark>[0]) => Promise<T>,
  ): Promise<T | undefined> {
    const { environment, subscriber, persist } = this.options;
    const change = () =>
      environment.database.transaction(async (sql) => {
        await holdStream(sql, subscriber, stream);
        return work(sql);
      });
    return persist(change, signal);
  }

  /** Undefined: handed over. Throws what ends the listening. */
  async #call(
    events: readonly Parameters<typeof receivedEvent>[0][],
    signal: AbortSignal,
  ): Promise<IdaemonError | 'stopped' | undefined> {
    const { handler, circuit, environment } = this.options;
    try {
      await handler(events.map(receivedEvent), signal);
    } catch (error) {
      if (signal.aborted) return 'stopped';
      const failure = this.#explain(error);
      if (consequenceOf(failure) !== 'retry') throw error;
      if (isAway(failure)) circuit.failed(failure.retryAfterMs);
      return failure;
    }
    circuit.succeeded();
    environment.metrics.lineageDeliveries.inc({ outcome: 'delivered' }, events.length);
    return undefined;
  }

  /** Whoever looks at a dead letter needs to know what the connector said, also when it was no error of ours. */
  #explain(error: unknown): IdaemonError {
    const { subscriber, environment } = this.options;
    const failure = explainFailure(error, subscriber.connector, environment.redaction);
    if (failure.code !== 'internal-error' || !(error instanceof Error)) return failure;
    const reason = environment.redaction.text(error.message);
    return new InvalidMetadataError(`${subscriber.connector} failed with this event: ${reason}`, {
      action: 'Correct the cause and replay the event, as it is or repaired; or discard it.',
    });
  }
}

function isAway({ code }: IdaemonError): boolean {
  return code === 'system-unavailable' || code === 'busy';
}
