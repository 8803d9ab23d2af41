import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { ElementChange } from '@idaemon/contracts';
import type { ConnectorStateStore, FollowQuery } from '@idaemon/connector-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followChanges, type ChangeSource } from './followed-changes.js';

/** A gateway whose cursor is the number of names that were given. */
class FeedOfNames {
  readonly names: string[] = [];
  readonly asked: unknown[] = [];
  pageSize = 2;
  hasGap = false;
  gaps = 0;
  nowMs = 0;
  /** Called with each request. */
  onAsk: (count: number) => void = () => undefined;
  readonly listeners = new Set<() => void>();

  readonly source: ChangeSource = {
    ask: async (query, signal) => {
      signal.throwIfAborted();
      this.onAsk(this.asked.push(query));
      const { hasGap } = this;
      this.hasGap = false;
      const from = Number(query.cursor ?? 0);
      const some = this.names.slice(from, from + this.pageSize);
      const end = from + some.length;
      const items = some.map((name, index) => ({ change: removed(name), cursor: String(from + index + 1) }));
      return { items, cursor: String(end), hasMore: end < this.names.length, hasGap };
    },
    listen: (listener) => {
      this.listeners.add(listener);
      return { unsubscribe: () => void this.listeners.delete(listener) };
    },
    onGap: () => void (this.gaps += 1),
    nowMs: () => this.nowMs,
    wait: async (delayMs) => {
      this.nowMs += delayMs;
      await turn();
    },
  };

  add(...names: string[]): void {
    this.names.push(...names);
    for (const listener of this.listeners) listener();
  }
}

function removed(qualifiedName: string): ElementChange {
  return { kind: 'removed', element: { guid: randomUUID(), type: 'DataFile', qualifiedName, source: null } };
}

let feed: FeedOfNames;
let kept: Map<string, unknown>;
let run: AbortController;
const state: ConnectorStateStore = {
  get: async (key) => kept.get(key),
  put: async (key, value) => void kept.set(key, value),
};
const cursor = () => (kept.get('changes/changes') as { cursor: string } | undefined)?.cursor;

beforeEach(() => {
  feed = new FeedOfNames();
  kept = new Map();
  run = new AbortController();
});
afterEach(() => run.abort());

function follow(waits: boolean, query: FollowQuery = {}): AsyncGenerator<ElementChange> {
  return followChanges(query, { source: feed.source, state, waits }, run.signal);
}
const nameOf = ({ value }: IteratorResult<ElementChange, undefined>) => value?.element.qualifiedName;

async function names(changes: AsyncGenerator<ElementChange>): Promise<string[]> {
  const all: string[] = [];
  for await (const { element } of changes) all.push(element.qualifiedName);
  return all;
}

describe('following changes', () => {
  it('ends where nothing follows, and goes on there the next time', async () => {
    feed.add('a', 'b', 'c');
    expect(await names(follow(false))).toEqual(['a', 'b', 'c']);
    feed.add('d');
    expect(await names(follow(false))).toEqual(['d']);
    expect(await names(follow(false))).toEqual([]);
  });

  it('moves the cursor only past what the consumer has finished with', async () => {
    feed.add('a', 'b');
    const first = follow(false);
    expect(nameOf(await first.next())).toBe('a');
    expect(cursor()).toBeUndefined();
    expect(nameOf(await first.next())).toBe('b');
    expect(cursor()).toBe('1');
    await first.return(undefined);
    expect(cursor()).toBe('1');
    expect(await names(follow(false))).toEqual(['b']);
    expect(cursor()).toBe('2');
  });

  it('does not save the cursor for each element, but at the end of what there is and after a while', async () => {
    feed.pageSize = 10;
    feed.add('a', 'b', 'c', 'd');
    const changes = follow(false);
    for (const _ of ['a', 'b', 'c']) await changes.next();
    expect(cursor()).toBe('1');
    feed.nowMs += 2_000;
    await changes.next();
    expect(cursor()).toBe('3');
    expect((await changes.next()).done).toBe(true);
    expect(cursor()).toBe('4');
  });

  it('waits for a notice, and ends when it is told to stop', async () => {
    const changes = follow(true);
    const next = changes.next();
    await turn();
    feed.add('a');
    expect(nameOf(await next)).toBe('a');
    const last = changes.next();
    run.abort();
    expect((await last).done).toBe(true);
    expect(feed.listeners.size).toBe(0);
    expect(cursor()).toBe('1');
  });

  it('does not ask for each notice while they are of what the filter leaves out', async () => {
    feed.pageSize = 0;
    feed.onAsk = (count) => {
      if (count === 100) run.abort();
      else setImmediate(() => feed.add());
    };
    expect((await follow(true).next()).done).toBe(true);
    expect(feed.nowMs).toBeGreaterThan(90_000);
  });

  it('does not take a stop for the end, where it does not wait', async () => {
    feed.add('a');
    const changes = follow(false);
    await changes.next();
    run.abort(new Error('stopped'));
    feed.names.push('b', 'c', 'd');
    await changes.next().catch(() => undefined);
    await expect(names(follow(false))).rejects.toThrow('stopped');
  });

  it('asks for its types and sources', async () => {
    await names(follow(false, { types: ['DataFile'], sources: ['shop'], from: 'now' }));
    expect(feed.asked).toEqual([{ types: ['DataFile'], sources: ['shop'], from: 'now' }]);
    expect(cursor()).toBe('0');
  });

  it('begins anew with another filter, and keeps cursors of other names apart', async () => {
    feed.add('a');
    expect(await names(follow(false, { types: ['DataFile', 'FileFolder'] }))).toEqual(['a']);
    expect(await names(follow(false, { types: ['FileFolder', 'DataFile'] }))).toEqual([]);
    expect(await names(follow(false, { types: ['Process'] }))).toEqual(['a']);
    expect(await names(follow(false, { types: ['Process'], cursor: 'other' }))).toEqual(['a']);
  });

  it('tells of a gap', async () => {
    feed.hasGap = true;
    await names(follow(false));
    expect(feed.gaps).toBe(1);
  });
});
