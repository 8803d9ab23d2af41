import { ConflictError, type IdaemonError } from '@idaemon/contracts';
import type { Owner } from './element-lookup.js';
import type { Incoming } from './incoming.js';
import type { StoredElement } from './stored-element.js';

/** What an incoming element means for what is there. */
export type Match =
  | { kind: 'unchanged'; incoming: Incoming; stored: StoredElement }
  | { kind: 'refused'; incoming: Incoming; stored?: StoredElement; error: IdaemonError }
  /** Removed by a single change after this session began: its older read does not bring it back. */
  | { kind: 'skipped'; incoming: Incoming }
  /** Hearsay of a thing that has an element already, which stays as it is. */
  | { kind: 'yielded'; incoming: Incoming; stored: StoredElement }
  | InsertMatch
  | UpdateMatch;

export interface InsertMatch {
  kind: 'insert';
  incoming: Incoming;
  sourceKey: string | null;
}

export interface UpdateMatch {
  kind: 'update';
  incoming: Incoming;
  stored: StoredElement;
  sourceKey: string | null;
  /** The key that this element had until now, when another one takes its name and content. */
  replacesKey?: string;
  /** What was stored stays, as an element of its own under this element's old name (see `replacesKey`). */
  splitsOff?: boolean;
  /** The element that has the new name now and must find another one until the commit. */
  displaces?: StoredElement;
  /** Placeholders that have waited under the new name or one of its locators. */
  absorbs?: StoredElement[];
}

export interface Surroundings {
  readonly sourceId: number;
  readonly byName: ReadonlyMap<string, StoredElement>;
  readonly byKey: ReadonlyMap<string, StoredElement>;
  readonly byReplacedKey: ReadonlyMap<string, StoredElement>;
  readonly owners: ReadonlyMap<number, Owner>;
  readonly removedSince: ReadonlySet<string>;
  isSeen(elementId: number): boolean;
}

/** Hearsay of another source: it gives way to what is not hearsay. */
export function givesWay(stored: StoredElement, { element }: Incoming, sourceId: number): boolean {
  return stored.isTentative && stored.sourceId !== sourceId && !element.isTentative;
}

/**
 * Pairs incoming elements (each name once) with stored ones: by name and hash, then by the source's own key, which
 * makes a rename, then by name. An element is paired once; a key that two elements carry (hard links) counts for one.
 */
export function matchElements(incoming: readonly Incoming[], around: Surroundings): Match[] {
  const matcher = new Matcher(around);
  return matcher.match(incoming);
}

class Matcher {
  /** Stored elements that are paired, by id, with the name that they get. */
  readonly #taken = new Map<number, string>();
  readonly #takenKeys = new Set<string>();
  readonly #matches = new Map<Incoming, Match>();

  constructor(private readonly around: Surroundings) {}

  match(incoming: readonly Incoming[]): Match[] {
    for (const one of incoming) this.#pair(one, this.#unchanged(one));
    for (const one of incoming) this.#pair(one, this.#sameKeyAndName(one));
    for (const one of incoming) this.#pair(one, this.#renamed(one));
    for (const one of incoming) this.#pair(one, this.#byName(one));
    return incoming.map((one) => this.#matches.get(one) ?? { kind: 'skipped', incoming: one });
  }

  #pair(incoming: Incoming, found: (() => Match) | undefined): void {
    if (!found || this.#matches.has(incoming)) return;
    const match = found();
    this.#matches.set(incoming, match);
    if (match.kind === 'update' || match.kind === 'unchanged') {
      this.#taken.set(match.stored.id, incoming.element.qualifiedName);
    }
    const key = match.kind === 'update' || match.kind === 'insert' ? match.sourceKey : undefined;
    if (key) this.#takenKeys.add(key);
  }

  #unchanged(incoming: Incoming): (() => Match) | undefined {
    const stored = this.around.byName.get(incoming.element.qualifiedName);
    if (stored?.sourceId !== this.around.sourceId || stored.contentHash !== incoming.hash) return undefined;
    return () => ({ kind: 'unchanged', incoming, stored });
  }

  #sameKeyAndName(incoming: Incoming): (() => Match) | undefined {
    const { sourceKey, qualifiedName } = incoming.element;
    const stored = sourceKey ? this.around.byKey.get(sourceKey) : undefined;
    if (!sourceKey || stored?.qualifiedName !== qualifiedName) return undefined;
    return () => ({ kind: 'update', incoming, stored, sourceKey });
  }

  #renamed(incoming: Incoming): (() => Match) | undefined {
    const { sourceKey } = incoming.element;
    if (!sourceKey || this.#takenKeys.has(sourceKey)) return undefined;
    const stored = this.around.byKey.get(sourceKey);
    if (stored) {
      if (this.#taken.has(stored.id) || this.around.isSeen(stored.id)) return undefined;
      return () => this.#rename({ kind: 'update', incoming, stored, sourceKey });
    }
    const replaced = this.around.byReplacedKey.get(sourceKey);
    if (replaced?.sourceId !== this.around.sourceId || this.#taken.has(replaced.id)) return undefined;
    return () => this.#rename({ kind: 'update', incoming, stored: replaced, sourceKey, splitsOff: true });
  }

  #rename(update: UpdateMatch): Match {
    const holder = this.#holderOf(update.incoming);
    if (!holder || holder.id === update.stored.id) return update;
    const { incoming, stored } = update;
    if (holder.isPlaceholder || givesWay(holder, incoming, this.around.sourceId))
      return { ...update, absorbs: [holder] };
    if (!this.#isOurs(holder)) return this.#ownedByOther(incoming, holder, stored);
    if (this.around.isSeen(holder.id)) return this.#namedTwice(incoming, holder, stored);
    return { ...update, displaces: holder };
  }

  /** Who has the name now and does not give it up in this batch. */
  #holderOf({ element }: Incoming): StoredElement | undefined {
    const holder = this.around.byName.get(element.qualifiedName);
    const newName = holder && this.#taken.get(holder.id);
    return newName === undefined || newName === element.qualifiedName ? holder : undefined;
  }

  #byName(incoming: Incoming): () => Match {
    return () => {
      const stored = this.#holderOf(incoming);
      const sourceKey = this.#freeKey(incoming, stored);
      if (!stored) return this.#insert(incoming, sourceKey);
      if (stored.isPlaceholder) return { kind: 'update', incoming, stored, sourceKey };
      if (givesWay(stored, incoming, this.around.sourceId))
        return { kind: 'update', incoming, stored, sourceKey };
      if (!this.#isOurs(stored)) return this.#owned(incoming, stored);
      const hasOtherKey = stored.sourceKey !== null && incoming.element.sourceKey !== undefined;
      if (!hasOtherKey || sourceKey === stored.sourceKey) {
        return { kind: 'update', incoming, stored, sourceKey };
      }
      if (this.around.isSeen(stored.id)) return this.#namedTwice(incoming, stored);
      return { kind: 'update', incoming, stored, sourceKey, replacesKey: stored.sourceKey };
    };
  }

  #insert(incoming: Incoming, sourceKey: string | null): Match {
    if (this.around.removedSince.has(incoming.element.qualifiedName)) return { kind: 'skipped', incoming };
    return { kind: 'insert', incoming, sourceKey };
  }

  /** The element's key, unless another element has it. */
  #freeKey({ element: { sourceKey } }: Incoming, stored: StoredElement | undefined): string | null {
    if (!sourceKey || this.#takenKeys.has(sourceKey)) return null;
    const holder = this.around.byKey.get(sourceKey);
    return !holder || holder.id === stored?.id ? sourceKey : null;
  }

  #isOurs(stored: StoredElement): boolean {
    return stored.sourceId === this.around.sourceId || this.#owner(stored).isSameConnector;
  }

  #owner(stored: StoredElement): Owner {
    return this.around.owners.get(stored.id) ?? { source: 'unknown', isSameConnector: false };
  }

  #owned(incoming: Incoming, stored: StoredElement): Match {
    return incoming.element.isTentative
      ? { kind: 'yielded', incoming, stored }
      : this.#ownedByOther(incoming, stored);
  }

  #ownedByOther(incoming: Incoming, holder: StoredElement, stored?: StoredElement): Match {
    const { type, qualifiedName } = incoming.element;
    const error = new ConflictError(
      `${type} ${qualifiedName} belongs to the metadata source "${this.#owner(holder).source}" already`,
      {
        action:
          'Let one of the two sources own it: give the other a name that says where its thing is, or leave it out there.',
      },
    );
    return { kind: 'refused', incoming, error, ...(stored ? { stored } : {}) };
  }

  #namedTwice(incoming: Incoming, holder: StoredElement, stored?: StoredElement): Match {
    const { type, qualifiedName, sourceKey } = incoming.element;
    const error = new ConflictError(
      `${type} ${qualifiedName} came twice in one refresh, with the source keys ${holder.sourceKey ?? 'none'} and ${sourceKey ?? 'none'}`,
      { action: 'Let the connector make names that tell the two things apart; then refresh.' },
    );
    return { kind: 'refused', incoming, error, ...(stored ? { stored } : {}) };
  }
}
