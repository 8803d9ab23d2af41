import type {
  ChangedEntities,
  ChangedJob,
  ChangedOptions,
  ListenOptions,
  OpenLineageContext,
  ReceivedEvent,
} from '@idaemon/integration-services';
import {
  emptyFold,
  addToFold,
  entityKey,
  eventMatcher,
  readEvent,
  type Fold,
  type KnownJob,
  type KnownRun,
  type OpenLineageEvent,
} from '@idaemon/open-lineage';

export interface FakeListener {
  /** Events that the handler refused, with its reason: the log would try them again, and give them up at last. */
  readonly refused: { event: ReceivedEvent; error: unknown }[];
  /** How many events it has taken. */
  readonly taken: number;
}

/**
 * The log of OpenLineage events in memory, as the connectors of the lineage integrator see it: listening in order,
 * publishing, and what has changed. Refused events are noted, not tried again, and hold back nothing.
 */
export class FakeEventLog {
  readonly events: ReceivedEvent[] = [];
  readonly listeners: FakeListener[] = [];
  readonly #fold: Fold = emptyFold();
  readonly #dirty = { jobs: new Set<string>(), runs: new Set<string>(), datasets: new Set<string>() };
  readonly #waiting = new Set<() => void>();

  /** Adds events, as senders do. Throws MalformedEventError. */
  receive(...events: readonly (object | string)[]): void {
    for (const event of events) this.#add(event, 'spec');
    for (const wake of [...this.#waiting]) wake();
  }

  /** What `startConnector` and `describeConnector` take as `extension`. */
  extension(name = 'under-test'): (signal: AbortSignal) => { openLineage: OpenLineageContext } {
    return (signal) => ({
      openLineage: {
        listen: (handler, options) => this.#listen(handler, options ?? {}, signal),
        publish: async (event: OpenLineageEvent | string) => {
          this.#add(event, `connector:${name}`);
          for (const wake of [...this.#waiting]) wake();
        },
        changed: (options) => this.#changed(options ?? {}, signal),
        known: (options) => this.#known(options ?? {}, signal),
      },
    });
  }

  /** Keys of entities that are not yet acknowledged. */
  get toCatalogue(): string[] {
    const { jobs, runs, datasets } = this.#dirty;
    return [...jobs, ...runs, ...datasets].sort();
  }

  #add(event: object | string, sender: string): void {
    const body = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event));
    const read = readEvent(body);
    if (this.events.some((known) => known.body.equals(body))) return;
    const position = this.events.length + 1;
    const { orderingKey } = read;
    const receivedAt = new Date(0).toISOString();
    this.events.push({ stream: 0, position, receivedAt, sender, orderingKey, body, read: () => read });
    addToFold(this.#fold, read);
    const changed = emptyFold();
    addToFold(changed, read);
    for (const kind of ['jobs', 'runs', 'datasets'] as const) {
      for (const key of changed[kind].keys()) this.#dirty[kind].add(key);
    }
  }

  async #listen(
    handler: Parameters<OpenLineageContext['listen']>[0],
    { batch = 1, match = {}, from = 'oldest' }: ListenOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const listener = { refused: [] as FakeListener['refused'], taken: 0 };
    this.listeners.push(listener);
    const isMatch = eventMatcher(match);
    let next = from === 'now' ? this.events.length : 0;
    while (!signal.aborted) {
      const events = this.events.slice(next, next + batch);
      next += events.length;
      const wanted = events.filter((event) => isMatch(event.read()));
      if (events.length === 0) await this.#more(signal);
      if (wanted.length === 0) continue;
      try {
        await handler(wanted, signal);
        listener.taken += wanted.length;
      } catch (error) {
        if (signal.aborted) return;
        if (endsListening(error)) throw error;
        listener.refused.push(...wanted.map((event) => ({ event, error })));
      }
    }
  }

  async *#changed(
    { limit = 500, runsPerJob = 10 }: ChangedOptions,
    signal: AbortSignal,
  ): AsyncGenerator<ChangedEntities> {
    while (!signal.aborted) {
      const page = this.#takePage(limit, runsPerJob);
      if (page.jobs.length + page.runs.length + page.datasets.length === 0) {
        await this.#more(signal);
        continue;
      }
      const keys = { jobs: page.jobs, runs: page.runs, datasets: page.datasets };
      const before = this.events.length;
      yield page;
      // What changed meanwhile comes again.
      if (before !== this.events.length) continue;
      for (const kind of ['jobs', 'runs', 'datasets'] as const) {
        for (const { key } of keys[kind]) this.#dirty[kind].delete(key);
      }
    }
  }

  async *#known({ runsPerJob = 10 }: ChangedOptions, signal: AbortSignal): AsyncGenerator<ChangedEntities> {
    signal.throwIfAborted();
    const { jobs, runs, datasets } = this.#fold;
    const recent = [...runs].filter(([key]) => this.#recentRuns(key, runsPerJob).has(key));
    yield {
      datasets: [...datasets].map(([key, known]) => ({ key, known })),
      jobs: [...jobs].map(([key, known]) => this.#changedJob(key, known)),
      runs: recent.map(([key, known]) => ({ key, known, job: jobs.get(jobKeyOf(known)) })),
    };
  }

  #changedJob(key: string, known: KnownJob): ChangedJob {
    return { key, known, currentRun: this.#runsOf(key).find(hasDatasets), retiredRuns: [] };
  }

  #takePage(limit: number, runsPerJob: number): ChangedEntities {
    const { jobs, runs, datasets } = this.#dirty;
    for (const key of runs) if (!this.#recentRuns(key, runsPerJob).has(key)) runs.delete(key);
    return {
      jobs: first(jobs, limit, this.#fold.jobs).map(([key, known]) => this.#changedJob(key, known)),
      runs: first(runs, limit, this.#fold.runs).map(([key, known]) => ({
        ...{ key, known, job: this.#fold.jobs.get(jobKeyOf(known)) },
      })),
      datasets: first(datasets, limit, this.#fold.datasets).map(([key, known]) => ({ key, known })),
    };
  }

  /** The one whose inputs and outputs are the job's comes first. */
  #runsOf(jobKey: string): KnownRun[] {
    const runs = [...this.#fold.runs.values()].filter((run) => jobKeyOf(run) === jobKey);
    return runs.sort((a, b) => compare(rankOf(b), rankOf(a)));
  }

  #recentRuns(runKey: string, most: number): Set<string> {
    const run = this.#fold.runs.get(runKey);
    const siblings = [...this.#fold.runs].filter(([, one]) => run && jobKeyOf(one) === jobKeyOf(run));
    siblings.sort(([a, x], [b, y]) => compare(y.lastEventTime + b, x.lastEventTime + a));
    return new Set(siblings.slice(0, most).map(([key]) => key));
  }

  async #more(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

const jobKeyOf = ({ job }: KnownRun): string => entityKey(job.namespace, job.name);
const rankOf = (run: KnownRun): string =>
  `${run.state === 'COMPLETE' ? 1 : 0} ${run.lastEventTime} ${run.runId}`;
const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

function hasDatasets({ inputs, outputs }: KnownRun): boolean {
  return Object.keys(inputs).length + Object.keys(outputs).length > 0;
}

function first<Known>(keys: Set<string>, limit: number, known: Map<string, Known>): [string, Known][] {
  return [...keys].slice(0, limit).flatMap((key) => {
    const one = known.get(key);
    return one === undefined ? [] : [[key, one] as [string, Known]];
  });
}

/** A person must act, or another instance has taken over. */
function endsListening(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'configuration-invalid' || code === 'not-authorized' || code === 'ownership-lost';
}
