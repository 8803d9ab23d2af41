import type { BigIntStats } from 'node:fs';
import type { ContentFacts } from './content-facts.js';

/** About 25 MiB when full; files beyond are read again in each refresh. */
const defaultMaxEntries = 250_000;
/** File systems tell times this coarsely at worst: a file changed since may still look the same. */
const coarsestTimeMs = 2_000;
const maxSharedFacts = 10_000;

/**
 * Remembers what files held, so that an unchanged file is not opened again. It knows a file by its identity, size and
 * times; what one whole refresh did not ask for is forgotten with the next.
 */
export class ContentCache {
  #current = new Map<string, ContentFacts>();
  #previous = new Map<string, ContentFacts>();
  /** Most files of a tree hold the same columns: equal facts are one object. */
  #shared = new Map<string, ContentFacts>();

  constructor(
    private readonly now: () => number = Date.now,
    private readonly maxEntries = defaultMaxEntries,
  ) {}

  get(kindName: string, stats: BigIntStats): ContentFacts | undefined {
    const key = keyOf(kindName, stats);
    const found = this.#current.get(key) ?? this.#previous.get(key);
    if (found) this.#keep(key, found);
    return found;
  }

  put(kindName: string, stats: BigIntStats, facts: ContentFacts): void {
    const changedMs = Number((stats.mtimeNs > stats.ctimeNs ? stats.mtimeNs : stats.ctimeNs) / 1_000_000n);
    if (this.now() - changedMs < coarsestTimeMs) return;
    this.#keep(keyOf(kindName, stats), this.#share(facts));
  }

  /** Ends a refresh that has seen every file. */
  forgetUnseen(): void {
    this.#previous = this.#current;
    this.#current = new Map();
  }

  #keep(key: string, facts: ContentFacts): void {
    this.#previous.delete(key);
    if (this.#current.size < this.maxEntries) this.#current.set(key, facts);
  }

  #share(facts: ContentFacts): ContentFacts {
    const text = JSON.stringify(facts);
    const known = this.#shared.get(text);
    if (known) return known;
    if (this.#shared.size >= maxSharedFacts) this.#shared = new Map();
    this.#shared.set(text, facts);
    return facts;
  }
}

/** A change of content or name changes the time of change; a kind that was told by another name is no help. */
function keyOf(kindName: string, { dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  const parts = [dev, ino, size, mtimeNs, ctimeNs].map((part) => part.toString(36));
  return `${kindName}:${parts.join(':')}`;
}
