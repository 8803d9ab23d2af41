import type { Element, ElementChange } from '@idaemon/contracts';
import type { ConnectorStateStore, FollowQuery } from '@idaemon/connector-kit';
import { isSubtypeOf } from '@idaemon/open-metadata';

/** One change; `isOwn` when the connector under test has made it. */
export interface FeedEntry {
  element: Pick<Element, 'guid' | 'type' | 'qualifiedName' | 'source'>;
  isOwn: boolean;
}

export interface FakeFeedOptions {
  /** Keeps the cursor, as the gateway does. */
  state: ConnectorStateStore;
  /** The latest state of an element. */
  latest: (guid: string) => Element | undefined;
  /** All that is there but what only the connector itself has written. */
  others: () => Element[];
}

/** What a connector can observe of a gateway's change feed. */
export class FakeChangeFeed {
  /** How often a connector was given everything anew, since it was away for longer than changes are kept. */
  gaps = 0;
  readonly #entries: FeedEntry[] = [];
  #forgotten = 0;
  #wake: (() => void)[] = [];

  constructor(private readonly options: FakeFeedOptions) {}

  add(entry: FeedEntry): void {
    this.#entries.push(entry);
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** As when its retention has passed. */
  forget(): void {
    this.#forgotten = this.#entries.length;
  }

  /** With a signal it waits for more until that aborts. The cursor moves when the next change is asked for. */
  async *follow(query: FollowQuery, signal?: AbortSignal): AsyncGenerator<ElementChange> {
    const key = `changes/${query.cursor ?? 'changes'}`;
    let position = (await this.options.state.get(key)) as number | null;
    if (position === null && query.from === 'now') position = this.#entries.length;
    while (!signal?.aborted) {
      const end: number = this.#entries.length;
      const isBehind = position === null || position < this.#forgotten;
      if (isBehind && position !== null) this.gaps += 1;
      const changes = isBehind ? this.#everything() : this.#since(position ?? 0, query);
      for (const { change, next } of changes) {
        if (signal?.aborted) return;
        if (!isWanted(change, query)) continue;
        yield change;
        if (next !== undefined) await this.options.state.put(key, next);
      }
      position = end;
      await this.options.state.put(key, position);
      if (this.#entries.length > end) continue;
      if (!signal) return;
      await this.#more(signal);
    }
  }

  #everything(): { change: ElementChange; next?: number }[] {
    return this.options.others().map((element) => ({ change: { kind: 'changed', element } }));
  }

  /** Each element once, at the place of its last change. */
  #since(position: number, { types }: FollowQuery): { change: ElementChange; next?: number }[] {
    const newest = new Map<string, { entry: FeedEntry; next: number }>();
    for (const [index, entry] of this.#entries.slice(position).entries()) {
      if (entry.isOwn || !hasType(entry.element.type, types)) continue;
      newest.delete(entry.element.guid);
      newest.set(entry.element.guid, { entry, next: position + index + 1 });
    }
    return [...newest.values()].map(({ entry, next }) => ({ change: this.#changeOf(entry), next }));
  }

  #changeOf({ element }: FeedEntry): ElementChange {
    const latest = this.options.latest(element.guid);
    return latest ? { kind: 'changed', element: latest } : { kind: 'removed', element };
  }

  async #more(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        signal.removeEventListener('abort', end);
        resolve();
      };
      this.#wake.push(end);
      signal.addEventListener('abort', end, { once: true });
    });
  }
}

function isWanted({ element }: ElementChange, { types, sources }: FollowQuery): boolean {
  return hasType(element.type, types) && (!sources || sources.includes(element.source ?? ''));
}

function hasType(type: string, types: FollowQuery['types']): boolean {
  return !types || types.some((one) => isSubtypeOf(type, one));
}
