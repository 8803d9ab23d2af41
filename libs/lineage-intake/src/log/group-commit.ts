import { SystemUnavailableError } from '@idaemon/contracts';
import { sqlStateOf } from '@idaemon/persistence';
import type { NewEvent } from './append-events.js';

export interface GroupCommitOptions {
  /** Commits all of them; may be asked again for the same events. */
  append: (events: readonly NewEvent[]) => Promise<number>;
  /** Told after each commit: how many events it held and how many of them were new. */
  onCommit?: (events: number, added: number) => void;
  /** Told of the first of failures in a row. */
  onFailure?: (error: unknown) => void;
  /** How long one that waits is kept before it is refused. */
  waitMs: number;
  /** Commits under way at once. */
  concurrency?: number;
  maxGroupBytes?: number;
  maxGroupEvents?: number;
}

interface Waiting {
  events: readonly NewEvent[];
  bytes: number;
  deadlineMs: number;
  isSettled: boolean;
  /** Alone in its next commit, since a group that held it was refused. */
  isSuspect: boolean;
  settle: (error?: Error) => void;
}

const retryAfterMs = { first: 50, most: 500 };
const sweepEveryMs = 100;
/** Requests that wait. */
const worthACommit = 48;
/** Requests that wait for others of their keys, and are looked past for one group. */
const mostPassed = 500;

/**
 * Commits what waits in groups: while a commit is under way, the next group gathers. What belongs to one request stays
 * together, and what has an ordering key in common is committed in the order in which it came: it waits while one of its
 * keys is under way. A commit that fails is tried again, before anything else, until the last of its group has waited
 * too long; one who has been refused may have been stored nevertheless, and is taken once when it comes again.
 */
export class GroupCommit {
  #queue: Waiting[] = [];
  #next = 0;
  /** Each with the ordering keys of its events. */
  #underWay = new Map<Waiting[], Set<string>>();
  #isPumping = false;
  #failures = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;

  constructor(private readonly options: GroupCommitOptions) {}

  /** Resolves when they are committed; rejects with SystemUnavailableError when that took too long. */
  add(events: readonly NewEvent[]): Promise<void> {
    if (events.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        events,
        bytes: events.reduce((sum, { body }) => sum + body.length, 0),
        deadlineMs: performance.now() + this.options.waitMs,
        isSettled: false,
        isSuspect: false,
        settle: (error) => {
          if (waiting.isSettled) return;
          waiting.isSettled = true;
          if (error === undefined) resolve();
          else reject(error);
        },
      };
      this.#queue.push(waiting);
      this.#sweeper ??= setInterval(() => this.#sweep(), sweepEveryMs);
      this.#pumpSoon();
    });
  }

  /** Those that wait and those that are being committed. */
  get size(): number {
    let underWay = 0;
    for (const group of this.#underWay.keys()) underWay += group.length;
    return this.#queue.length - this.#next + underWay;
  }

  /** What came in the same turn of the event loop goes together. */
  #pumpSoon(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#mayBegin()) {
      const group = this.#takeGroup();
      if (group.length === 0) return;
      void this.#commit(group);
    }
  }

  /** A commit costs the same for few as for many: beside another one it must be worth it. */
  #mayBegin(): boolean {
    const { concurrency = 2 } = this.options;
    if (this.#pause !== undefined || this.#underWay.size >= concurrency) return false;
    return this.#underWay.size === 0 || this.#queue.length - this.#next >= worthACommit;
  }

  #takeGroup(): Waiting[] {
    const { maxGroupBytes = 4 * 1024 * 1024, maxGroupEvents = 1_000 } = this.options;
    const group: Waiting[] = [];
    const busy = new BusyKeys([...this.#underWay.values()]);
    const passed: Waiting[] = [];
    let bytes = 0;
    let events = 0;
    let next = this.#next;
    for (; next < this.#queue.length && passed.length < mostPassed; next++) {
      const waiting = this.#queue[next]!;
      if (busy.holdBack(waiting)) {
        passed.push(waiting);
        continue;
      }
      bytes += waiting.bytes;
      events += waiting.events.length;
      const isFull = bytes > maxGroupBytes || events > maxGroupEvents || waiting.isSuspect;
      if (group.length > 0 && isFull) break;
      group.push(waiting);
      if (waiting.isSuspect) {
        next++;
        break;
      }
    }
    if (group.length > 0 || passed.length === 0) this.#leave(passed, next);
    return group;
  }

  /** What was passed stays first; all else before `next` was taken. */
  #leave(passed: readonly Waiting[], next: number): void {
    this.#next = next;
    if (passed.length === 0 && next < this.#queue.length && next < 1_000) return;
    this.#queue = [...passed, ...this.#queue.slice(next)];
    this.#next = 0;
  }

  async #commit(group: Waiting[]): Promise<void> {
    const events = group.flatMap((waiting) => waiting.events);
    this.#underWay.set(group, new Set(events.map(({ orderingKey }) => orderingKey)));
    try {
      const added = await this.options.append(events);
      this.#failures = 0;
      for (const waiting of group) waiting.settle();
      this.options.onCommit?.(events.length, added);
    } catch (error) {
      this.#afterFailure(group, error);
    } finally {
      this.#underWay.delete(group);
      this.#pump();
    }
  }

  #afterFailure(group: Waiting[], error: unknown): void {
    const isRefused = isRefusedContent(error);
    if (isRefused && group.length === 1) {
      group[0]?.settle(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    for (const waiting of group) waiting.isSuspect ||= isRefused;
    this.#queue = [...group, ...this.#queue.slice(this.#next)];
    this.#next = 0;
    this.#forgetSettled();
    if (isRefused) return;
    if (this.#failures === 0) this.options.onFailure?.(error);
    this.#failures += 1;
    this.#pauseFor(Math.min(retryAfterMs.first * 2 ** (this.#failures - 1), retryAfterMs.most));
  }

  #pauseFor(timeMs: number): void {
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.#pump();
    }, timeMs);
  }

  /** Who was refused has given back the room for these bodies. */
  #forgetSettled(): void {
    this.#queue = this.#queue.slice(this.#next).filter(({ isSettled }) => !isSettled);
    this.#next = 0;
  }

  #sweep(): void {
    const nowMs = performance.now();
    for (const group of [...this.#underWay.keys(), this.#queue]) {
      for (const waiting of group) {
        if (waiting.isSettled || waiting.deadlineMs > nowMs) continue;
        waiting.settle(new SystemUnavailableError('The log of events'));
      }
    }
    this.#forgetSettled();
    if (this.size > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }
}

/** Ordering keys that are under way, or wait for one that is. */
class BusyKeys {
  readonly #waiting = new Set<string>();

  constructor(private readonly underWay: readonly ReadonlySet<string>[]) {}

  /** Whether it must wait; then what comes later with any of its keys waits too. */
  holdBack({ events }: Waiting): boolean {
    if (this.underWay.length === 0 || !events.some(({ orderingKey }) => this.#has(orderingKey))) return false;
    for (const { orderingKey } of events) this.#waiting.add(orderingKey);
    return true;
  }

  #has(orderingKey: string): boolean {
    return this.#waiting.has(orderingKey) || this.underWay.some((keys) => keys.has(orderingKey));
  }
}

/** Postgres will never take this content (SQLSTATE classes 22, 23, 54): no reason to try it again. */
function isRefusedContent(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlStateOf(error) ?? '');
}
