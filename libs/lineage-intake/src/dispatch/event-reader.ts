import type { ConnectorLog } from '@idaemon/connector-kit';
import type { EventMatch } from '@idaemon/open-lineage';
import { Wake } from '@idaemon/service-runtime';
import { readEventPage, type LoggedEvent } from '../log/event-page.js';
import { sourceOf, type EventSource } from './event-source.js';
import type { HeldKeys } from './held-keys.js';
import type { EventTask } from './lane.js';
import type { ListenerEnvironment } from './listener.js';
import { readReplays } from './replay-rows.js';
import { noteGap, streamEnds, type Subscriber, type SubscriptionCursor } from './subscription-rows.js';

export interface EventReaderOptions {
  environment: ListenerEnvironment;
  subscriber: Subscriber;
  log: ConnectorLog;
  match?: EventMatch;
  held: HeldKeys;
  pollMs: number;
  /** Takes an event to hand over. */
  give: (task: EventTask) => void;
}

/** Postgres is asked again while it is away; undefined on abort. */
type Persist = <T>(work: () => Promise<T>) => Promise<T | undefined>;

/** Memory of a listener: events and bytes that are read and not yet done, and events that wait in `parked`. */
const most = { events: 1_000, bytes: 16 * 1024 * 1024, parked: 10_000 };
const page = { limit: 200, maxBytes: 4 * 1024 * 1024 };

/** Reads what one listener is to be handed, as fast as it takes it. */
export class EventReader {
  readonly #wake = new Wake();
  #sources: EventSource[] = [];
  #events = 0;
  #bytes = 0;

  constructor(private readonly options: EventReaderOptions) {}

  begin(cursors: readonly SubscriptionCursor[]): void {
    this.#sources = cursors.map((cursor) => sourceOf(cursor, this.options.match));
    this.#tellGap(cursors.reduce((sum, { missed }) => sum + missed, 0));
  }

  /** The log has grown, or there is room again. */
  wake(): void {
    this.#wake.ring();
  }

  /** Cursors that have moved since they were saved. */
  unsaved(): { source: EventSource; doneTo: number }[] {
    return this.#sources
      .map((source) => ({ source, doneTo: source.window.doneTo }))
      .filter(({ source, doneTo }) => doneTo > source.savedTo);
  }

  async run(signal: AbortSignal, persist: Persist): Promise<void> {
    const { environment, pollMs } = this.options;
    while (!signal.aborted) {
      const hasRead = await persist(() => this.#readRound(signal));
      if (!hasRead || this.#isFull) await this.#wake.nextWithin(pollMs, environment.clock, signal);
    }
  }

  async #readRound(signal: AbortSignal): Promise<boolean> {
    const { environment, subscriber } = this.options;
    await this.#takeReplays();
    const ends = await streamEnds(environment.database, subscriber.streams);
    let hasRead = false;
    for (const source of this.#sources) {
      const end = ends.get(source.stream);
      if (signal.aborted || this.#isFull || !end) break;
      if (source.replay === undefined) await this.#passGap(source, end.removedTo);
      const last = Math.min(end.position, source.until ?? Infinity);
      if (source.readTo < last) hasRead = (await this.#readPage(source, last)) || hasRead;
    }
    return hasRead;
  }

  async #readPage(source: EventSource, last: number): Promise<boolean> {
    const { stream, readTo, window, wants } = source;
    const query = { stream, after: readTo, until: last, ...page };
    const events = await readEventPage(this.options.environment.database, query);
    for (const event of events) {
      if (wants(event.body)) this.#give(source, event);
      else window.passed(event.position);
    }
    source.readTo = events.at(-1)?.position ?? last;
    if (events.length === 0) window.passed(last);
    return true;
  }

  #give({ window }: EventSource, event: LoggedEvent): void {
    const bytes = event.body.length;
    this.#events += 1;
    this.#bytes += bytes;
    const pass = window.begin(event.position);
    const done = () => {
      this.#events -= 1;
      this.#bytes -= bytes;
      pass();
    };
    this.options.give({ kind: 'event', event, done });
  }

  /** Replays that people asked for since; those that are over go. */
  async #takeReplays(): Promise<void> {
    const { environment, subscriber, match } = this.options;
    const known = new Set(this.#sources.map(({ replay, stream }) => `${replay} ${stream}`));
    this.#sources = this.#sources.filter(
      ({ until, savedTo, replay }) => replay === undefined || savedTo < (until ?? 0),
    );
    for (const replay of await readReplays(environment.database, subscriber)) {
      if (known.has(`${replay.replay} ${replay.stream}`)) continue;
      this.#sources.push(sourceOf(replay, match, replay.match));
    }
  }

  async #passGap(source: EventSource, removedTo: number): Promise<void> {
    const missed = removedTo - source.readTo;
    if (missed <= 0) return;
    const { environment, subscriber } = this.options;
    await noteGap(environment.database, subscriber, source.stream, { missed, removedTo });
    source.readTo = removedTo;
    this.#tellGap(missed);
  }

  #tellGap(missed: number): void {
    if (missed === 0) return;
    const { environment, log } = this.options;
    environment.metrics.lineageGapEvents.inc({ reader: 'listener' }, missed);
    const message = 'The log removed events before this connector had read them; they are not handed over';
    log.warn(message, { positions: missed });
  }

  get #isFull(): boolean {
    const { held } = this.options;
    return this.#events >= most.events || this.#bytes >= most.bytes || held.total >= most.parked;
  }
}
