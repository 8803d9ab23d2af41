import type {
  EventMatch,
  KnownDataset,
  KnownJob,
  KnownRun,
  OpenLineageEvent,
  ReadEvent,
} from '@idaemon/open-lineage';

/** An event of the log. */
export interface ReceivedEvent {
  readonly stream: number;
  /** Grows within its stream, with gaps. */
  readonly position: number;
  readonly receivedAt: string;
  /** Who sent it; a connector that published it is `connector:<name>`. */
  readonly sender: string;
  /** Events of one key are handed over in their order: `run:<runId>`, `job:…`, `dataset:…`. */
  readonly orderingKey: string;
  /** The original bytes: forward these, since parsing rounds long numbers. */
  readonly body: Buffer;
  /** Parsed once, when first asked for. */
  read(): ReadEvent;
}

export interface ListenOptions {
  /** The most events of one call of the handler; default 1. */
  batch?: number;
  /** Calls of the handler at once, each with other ordering keys; default 4. */
  concurrency?: number;
  /** Only events that match; default: all. */
  match?: EventMatch;
  /** Where a new connector begins: with the oldest event that is kept, or with what is to come; default `oldest`. */
  from?: 'oldest' | 'now';
}

export interface ChangedJob {
  readonly key: string;
  readonly known: KnownJob;
  /** The run whose inputs, outputs and column lineage are the job's, beside its static ones; undefined: it has none. */
  readonly currentRun: KnownRun | undefined;
  /** Runs that are catalogued and no longer among the newest `runsPerJob` of the job: remove them. */
  readonly retiredRuns: readonly KnownRun[];
}

export interface ChangedRun {
  readonly key: string;
  readonly known: KnownRun;
  /** What is known of its job. */
  readonly job: KnownJob | undefined;
}

export interface ChangedDataset {
  readonly key: string;
  readonly known: KnownDataset;
}

/** What has changed since it was last acknowledged; each entity as it is now, with all that is known. */
export interface ChangedEntities {
  readonly jobs: readonly ChangedJob[];
  readonly runs: readonly ChangedRun[];
  readonly datasets: readonly ChangedDataset[];
}

export interface ChangedOptions {
  /** The most entities of one page; default 500. A page is also bounded by its bytes. */
  limit?: number;
  /** How many of a job's newest runs are catalogued; others are not given. Default 10. */
  runsPerJob?: number;
}

/** The log of OpenLineage events, for the connectors of the lineage integrator. */
export interface OpenLineageContext {
  /**
   * Hands over the events after this connector's cursor until `signal` aborts: at least once, in order per ordering key,
   * several keys side by side. When the handler rejects, the events of that key wait and are tried again, with back-off,
   * and given up as dead letters at last; others go on. `SystemUnavailableError` is tried again without end; what a
   * person must mend (`ConfigurationError`, `NotAuthorizedError`) and `OwnershipLostError` end the listening.
   */
  listen(
    handler: (events: readonly ReceivedEvent[], signal: AbortSignal) => Promise<void>,
    options?: ListenOptions,
  ): Promise<void>;
  /** Into the log, for all who listen and for the catalogue; resolves when it is committed. Twice the same is once. */
  publish(event: OpenLineageEvent | string): Promise<void>;
  /**
   * The jobs, runs and datasets of this connector's shard that have changed; waits for more, ends on abort. A page is
   * acknowledged when the next one is asked for: finish with it before. An entity that changed meanwhile comes again.
   */
  changed(options?: ChangedOptions): AsyncIterable<ChangedEntities>;
  /** All jobs, runs and datasets of this connector's shard, as they are now, in pages; ends. For `refresh`. */
  known(options?: ChangedOptions): AsyncIterable<ChangedEntities>;
}
