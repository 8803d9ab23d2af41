import { InvalidMetadataError, SystemUnavailableError } from '@idaemon/contracts';
import type { Metrics } from '@idaemon/metrics';
import { sqlStateOf, type Database } from '@idaemon/persistence';
import { BackOff, pause, Wake, type Clock, type Log } from '@idaemon/service-runtime';
import {
  FoldError,
  foldNextBatch,
  giveUpNextEvent,
  type FoldedBatch,
  type FoldLimits,
} from './fold-batch.js';
import { FoldPace } from './fold-pace.js';
import { LostRaceError } from './merge-rows.js';

export interface FoldWorkerOptions {
  database: Database;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Something is newly known, here. */
  onFolded: () => void;
  pace?: FoldPace;
  /** Beside another worker: does nothing while folding is to be gentle. */
  isHelper?: boolean;
  limits?: FoldLimits;
}

const helperLooksEveryMs = 100;
/** Events that other replicas have received are found by looking. */
const pollIntervalMs = 500;
/** Others were faster. */
const nothing: FoldedBatch = { events: 0, unfoldable: 0, missed: 0 };

/** Folds the log into what is known of jobs, runs and datasets, as long as its signal has not aborted. */
export class FoldWorker {
  readonly #wake = new Wake();
  readonly #backOff = new BackOff({ firstMs: 100, longestMs: 10_000 });
  readonly #pace: FoldPace;

  constructor(private readonly options: FoldWorkerOptions) {
    this.#pace = options.pace ?? new FoldPace(() => false, options.clock);
  }

  /** The log has grown. */
  wake(): void {
    this.#wake.ring();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.options;
    while (!signal.aborted) {
      try {
        await this.#turn(signal);
      } catch (error) {
        const delayMs = this.#backOff.nextDelayMs();
        if (!signal.aborted) this.#tell(error, delayMs);
        await pause(clock, delayMs, signal);
      }
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { clock, isHelper } = this.options;
    if (isHelper && this.#pace.isGentle) return pause(clock, helperLooksEveryMs, signal);
    const begunMs = clock.monotonicMs();
    const limits = this.options.limits ?? this.#pace.limits;
    const batch = await this.foldNext(limits);
    this.#backOff.reset();
    const restMs = this.#pace.restMs(batch, limits, clock.monotonicMs() - begunMs);
    if (restMs > 0) await pause(clock, restMs, signal);
    else if (!batch) await this.#wake.nextWithin(pollIntervalMs, clock, signal);
  }

  /** One batch; undefined when there is none to fold. Throws what a later try may mend. */
  async foldNext(
    limits: FoldLimits = this.options.limits ?? this.#pace.limits,
  ): Promise<FoldedBatch | undefined> {
    const { database } = this.options;
    try {
      return this.#count(await foldNextBatch(database, limits));
    } catch (error) {
      if (!(error instanceof FoldError)) throw error;
      if (error.cause instanceof LostRaceError) return nothing;
      if (error.cause instanceof SystemUnavailableError && !isOutOfTime(error.cause)) throw error.cause;
      return this.#foldOneByOne(error.place.stream, limits);
    }
  }

  /** One event of a batch cannot be stored, or all are too much at once: that must not hold back the others. */
  async #foldOneByOne(stream: number, { events, bytes }: FoldLimits): Promise<FoldedBatch> {
    const sum = { events: 0, unfoldable: 0, missed: 0 };
    for (let left = events; left > 0; left--) {
      const batch = await this.#foldOne(stream, { events: 1, bytes });
      if (!batch) break;
      sum.events += batch.events;
      sum.unfoldable += batch.unfoldable;
    }
    return sum;
  }

  async #foldOne(stream: number, limits: FoldLimits): Promise<FoldedBatch | undefined> {
    const { database } = this.options;
    try {
      return this.#count(await foldNextBatch(database, limits, stream));
    } catch (error) {
      const { cause } = error as FoldError;
      if (!(error instanceof FoldError) || cause instanceof SystemUnavailableError) throw cause ?? error;
      if (cause instanceof LostRaceError) return nothing;
      const reason = cause instanceof Error ? cause.message : String(cause);
      const refusal = new InvalidMetadataError(`What the event says cannot be stored: ${reason}`, { cause });
      const isGivenUp = await giveUpNextEvent(database, error.place, refusal);
      return isGivenUp ? this.#count({ events: 1, unfoldable: 1, missed: 0 }) : nothing;
    }
  }

  #count<B extends FoldedBatch | undefined>(batch: B): B {
    if (!batch) return batch;
    const { metrics, log, onFolded } = this.options;
    metrics.lineageFoldedEvents.inc({ outcome: 'folded' }, batch.events - batch.unfoldable);
    if (batch.unfoldable > 0) metrics.lineageFoldedEvents.inc({ outcome: 'dead_letter' }, batch.unfoldable);
    if (batch.missed > 0) {
      metrics.lineageGapEvents.inc({ reader: 'fold' }, batch.missed);
      log.error(
        { events: batch.missed },
        'The log removed events before they were folded: raise how much it keeps',
      );
    }
    if (batch.events > 0) onFolded();
    return batch;
  }

  #tell(error: unknown, retryInMs: number): void {
    this.options.log.warn({ error, retryInMs }, 'Events could not be folded; it is tried again');
  }
}

/** Postgres answers, but broke off what took too long: less at once may go well, the same again hardly. */
function isOutOfTime(error: SystemUnavailableError): boolean {
  return sqlStateOf(error) === '57014';
}
