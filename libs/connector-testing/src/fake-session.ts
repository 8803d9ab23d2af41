import type {
  Change,
  ChangeResult,
  Element,
  ElementChange,
  ElementWrite,
  Reference,
  Relationship,
  RunCounts,
  Unread,
} from '@idaemon/contracts';
import { contentHash } from '@idaemon/contracts';
import type {
  ChangeOptions,
  FindQuery,
  FollowQuery,
  RelationshipsQuery,
  SessionPort,
} from '@idaemon/connector-kit';
import { checkElement, checkRelationship } from '@idaemon/open-metadata';
import { sayWhy } from './refused.js';
import { ownSource, type ElementStore, type StoredElement } from './stored-element.js';

export interface SessionReport {
  counts: RunCounts;
  /** Qualified names, by what happened to them. */
  created: string[];
  updated: string[];
  removed: string[];
  /** Why elements were refused: a gateway makes dead letters of them. */
  refused: string[];
  unread: Unread[];
}

/** One sync session in memory. Upserts are seen at once; what is missing is removed at `commit`, and only then. */
export class FakeSession implements SessionPort {
  readonly #openMetadata: ElementStore;
  /** By GUID, with the hash and the name that it came with. */
  readonly #seen = new Map<string, { hash: string; qualifiedName: string }>();
  readonly #begun = new Set<string>();
  readonly #complete = new Set<string>();
  readonly #protectedCollections = new Set<string>();
  readonly #protectedElements: Reference[] = [];
  readonly #report: SessionReport = {
    counts: { created: 0, updated: 0, removed: 0, unchanged: 0, failed: 0 },
    ...{ created: [], updated: [], removed: [], refused: [], unread: [] },
  };

  constructor(openMetadata: ElementStore) {
    this.#openMetadata = openMetadata;
  }

  async write(collection: string, scope: string, write: ElementWrite): Promise<void> {
    this.#begun.add(scopeKey(collection, scope));
    const findings = checkElement(write);
    if (findings.length) return this.#refuse(write, sayWhy(write.qualifiedName, findings));
    const { result, stored } = this.#openMetadata.put(collection, scope, write);
    const before = this.#seen.get(stored.guid);
    this.#seen.set(stored.guid, { hash: contentHash(write), qualifiedName: write.qualifiedName });
    if (before) return this.#again(before, write);
    this.#report.counts[result]++;
    if (result !== 'unchanged') this.#report[result].push(write.qualifiedName);
  }

  async complete(collection: string, scope: string): Promise<void> {
    this.#begun.add(scopeKey(collection, scope));
    this.#complete.add(scopeKey(collection, scope));
  }

  async unread(unread: Unread, of: { collection: string } | { element: Reference }): Promise<void> {
    this.#report.unread.push(unread);
    if ('collection' in of) this.#protectedCollections.add(of.collection);
    else this.#protectedElements.push(of.element);
  }

  change(change: Change, options?: ChangeOptions): Promise<ChangeResult> {
    return this.#openMetadata.change(change, options);
  }

  resolve(reference: Reference): Promise<Element | null> {
    return this.#openMetadata.resolve(reference);
  }

  find(query: FindQuery & { type: string }): AsyncIterable<Element> {
    return this.#openMetadata.find(query);
  }

  relationships(query: RelationshipsQuery): AsyncIterable<Relationship> {
    return this.#openMetadata.relationships(query);
  }

  /** Ends where nothing follows: a refresh does not wait. */
  follow(query: FollowQuery): AsyncIterable<ElementChange> {
    return this.#openMetadata.follow(query);
  }

  commit(): SessionReport {
    for (const stored of this.#openMetadata.stored()) {
      if (this.#seen.has(stored.guid)) this.#checkRelationships(stored);
    }
    for (const stored of this.#missing()) {
      const names = this.#openMetadata.remove(stored).map(({ write }) => write.qualifiedName);
      this.#report.removed.push(...names);
      this.#report.counts.removed += names.length;
    }
    return this.#report;
  }

  #missing(): StoredElement[] {
    const kept = new Set(this.#protectedElements.map((of) => this.#openMetadata.lookUp(of)?.guid));
    const swept = this.#openMetadata.stored().filter((stored) => this.#mayBeSwept(stored));
    const missing = new Set(swept.filter((stored) => !this.#hangsBelow(stored, kept)));
    return [...missing].filter((stored) => !this.#goesWithItsParent(stored, missing));
  }

  #mayBeSwept({ guid, collection, scope, source }: StoredElement): boolean {
    if (source !== ownSource || this.#seen.has(guid) || this.#protectedCollections.has(collection))
      return false;
    if (this.#complete.has(scopeKey(collection, scope))) return true;
    // A scope that the configuration no longer names: only after a refresh that left nothing out.
    return this.#report.unread.length === 0 && !this.#begun.has(scopeKey(collection, scope));
  }

  #hangsBelow(stored: StoredElement, above: ReadonlySet<string | undefined>): boolean {
    for (let at: StoredElement | undefined = stored; at; at = this.#openMetadata.parentOf(at)) {
      if (above.has(at.guid)) return true;
    }
    return false;
  }

  #goesWithItsParent(stored: StoredElement, missing: ReadonlySet<StoredElement>): boolean {
    const parent = this.#openMetadata.parentOf(stored);
    return parent !== undefined && missing.has(parent);
  }

  #again(before: { hash: string; qualifiedName: string }, write: ElementWrite): void {
    if (before.qualifiedName !== write.qualifiedName) {
      const both = `${before.qualifiedName} and ${write.qualifiedName}`;
      return this.#refuse(write, `${both} were given the same source key ${write.sourceKey} in one refresh`);
    }
    if (before.hash !== contentHash(write))
      this.#refuse(write, `${write.qualifiedName} was given twice in one refresh, with different content`);
  }

  #refuse(write: ElementWrite, why: string): void {
    this.#report.counts.failed++;
    this.#report.refused.push(why);
    const existing = this.#openMetadata.lookUp({
      type: 'OpenMetadataRoot',
      qualifiedName: write.qualifiedName,
    });
    if (existing) this.#seen.set(existing.guid, { hash: existing.hash, qualifiedName: write.qualifiedName });
  }

  #checkRelationships({ write }: StoredElement): void {
    for (const { type, otherEnd, other, properties, isParent } of write.relationships ?? []) {
      const found = this.#openMetadata.lookUp(other);
      const name = other.qualifiedName ?? other.locator?.name ?? other.guid;
      if (isParent && !found)
        this.#refuse(write, `${write.qualifiedName} hangs under ${name}, which nobody catalogued`);
      const [end1Type, end2Type] = inOrder(otherEnd, found?.write.type ?? other.type, write.type);
      const findings = checkRelationship({ type, end1Type, end2Type, properties });
      if (findings.length) this.#refuse(write, sayWhy(`${write.qualifiedName} to ${name}`, findings));
    }
  }
}

function inOrder(otherEnd: 1 | 2, other: string, own: string): [string, string] {
  return otherEnd === 1 ? [other, own] : [own, other];
}

function scopeKey(collection: string, scope: string): string {
  return `${collection}\0${scope}`;
}
