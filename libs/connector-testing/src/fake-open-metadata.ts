import { randomUUID } from 'node:crypto';
import {
  contentHash,
  type Change,
  type ChangeResult,
  type Element,
  type ElementChange,
  type ElementWrite,
  type Reference,
  type Relationship,
} from '@idaemon/contracts';
import type {
  ChangeOptions,
  ConnectorStateStore,
  FindQuery,
  FollowQuery,
  MetadataPort,
  RelationshipsQuery,
} from '@idaemon/connector-kit';
import { checkElement, displayNameOf, isSubtypeOf } from '@idaemon/open-metadata';
import { applyFacet } from './facet-changes.js';
import { FakeChangeFeed } from './fake-change-feed.js';
import { FakeSession } from './fake-session.js';
import { relationshipsOf } from './declared-relationships.js';
import { refused, sayWhy } from './refused.js';
import { ownSource, type ElementStore, type PutResult, type StoredElement } from './stored-element.js';

/**
 * Open metadata in memory, with what a connector can observe of a gateway: unique names, renames by source key,
 * containment, refused elements, sessions that are swept at their commit, changes that others make (`elsewhere`).
 */
export class FakeOpenMetadata implements ElementStore {
  /** Changes outside of sessions in their order, with their outcome. */
  readonly changes: { change: Change; result: ChangeResult }[] = [];
  readonly state: ConnectorStateStore;
  readonly feed: FakeChangeFeed;
  readonly #byGuid = new Map<string, StoredElement>();
  readonly #byName = new Map<string, StoredElement>();
  readonly #byKey = new Map<string, StoredElement>();
  readonly #now: () => Date;

  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
    this.state = jsonByKey();
    this.feed = new FakeChangeFeed({
      state: this.state,
      latest: (guid) => {
        const stored = this.#byGuid.get(guid);
        return stored && toElement(stored);
      },
      others: () => this.stored().flatMap((stored) => (stored.source === ownSource ? [] : toElement(stored))),
    });
  }

  /** What others do in open metadata; the connector is told of it by `changes`. */
  readonly elsewhere = {
    upsert: (write: ElementWrite, source = 'elsewhere'): void => {
      const findings = checkElement(write);
      if (findings.length) throw new Error(sayWhy(write.qualifiedName, findings));
      this.put('', '', write, source);
    },
    remove: (qualifiedName: string): void => {
      const stored = this.#byName.get(qualifiedName);
      if (stored) this.remove(stored, false);
    },
  };

  /** Of a connector that listens: what others change is waited for until the signal aborts. */
  port(signal: AbortSignal): MetadataPort {
    return {
      change: (change, options) => this.change(change, options),
      resolve: (reference) => this.resolve(reference),
      find: (query) => this.find(query),
      relationships: (query) => this.relationships(query),
      follow: (query) => this.feed.follow(query, signal),
    };
  }

  begin(): FakeSession {
    return new FakeSession(this);
  }

  /** Qualified names, sorted; of one collection or of all. */
  names(collection?: string): string[] {
    const wanted = this.stored().filter((stored) => !collection || stored.collection === collection);
    return wanted.map(({ write }) => write.qualifiedName).sort();
  }

  /** The element of this name as it was last written. */
  written(qualifiedName: string): ElementWrite | undefined {
    return this.#byName.get(qualifiedName)?.write;
  }

  guidOf(qualifiedName: string): string | undefined {
    return this.#byName.get(qualifiedName)?.guid;
  }

  stored(): StoredElement[] {
    return [...this.#byGuid.values()];
  }

  find(query: FindQuery & { type: string }): AsyncIterable<Element> {
    return this.#found(query);
  }

  async resolve(reference: Reference): Promise<Element | null> {
    const stored = this.lookUp(reference);
    return stored ? toElement(stored) : null;
  }

  async change(change: Change, { state = {} }: ChangeOptions = {}): Promise<ChangeResult> {
    const result = this.#apply(change);
    this.changes.push({ change, result });
    for (const [key, value] of Object.entries(state)) await this.state.put(key, value);
    return result;
  }

  follow(query: FollowQuery): AsyncIterable<ElementChange> {
    return this.feed.follow(query);
  }

  /** Those that elements declare; single ones are in `changes`. */
  async *relationships({ guid, type }: RelationshipsQuery): AsyncGenerator<Relationship> {
    for (const stored of this.stored()) {
      for (const relationship of relationshipsOf(stored, (reference) => this.lookUp(reference))) {
        const { end1, end2 } = relationship;
        if (type && relationship.type !== type) continue;
        if (end1.guid === guid || end2.guid === guid) yield relationship;
      }
    }
  }

  lookUp({ guid, locator, qualifiedName, type }: Reference): StoredElement | undefined {
    if (guid) return this.#byGuid.get(guid);
    const named = locator ? this.stored().find(({ write }) => hasLocator(write, locator)) : undefined;
    const stored = named ?? (qualifiedName ? this.#byName.get(qualifiedName) : undefined);
    return stored && isSubtypeOf(stored.write.type, type) ? stored : undefined;
  }

  /** Creates, changes or renames. The element must have been checked. */
  put(collection: string, scope: string, write: ElementWrite, source = ownSource): PutResult {
    const owned = write.isTentative ? this.#ownedByOther(write, source) : undefined;
    if (owned) return { result: 'unchanged', stored: owned };
    const hash = contentHash(write);
    const known = this.#known(write);
    if (known?.hash === hash) return { result: 'unchanged', stored: known };
    const now = this.#now().toISOString();
    const stored = known ?? {
      ...{ guid: randomUUID(), write, collection, scope, source, hash, parent: undefined },
      ...{ version: 0, createdAt: now, updatedAt: now },
    };
    this.#forgetNames(stored);
    Object.assign(stored, { write, hash, version: stored.version + 1, updatedAt: now });
    this.#displace(write.qualifiedName);
    this.#byGuid.set(stored.guid, stored);
    this.#byName.set(write.qualifiedName, stored);
    if (write.sourceKey) this.#byKey.set(write.sourceKey, stored);
    this.parentOf(stored, 'read-again');
    this.#tell(stored, source === ownSource);
    return { result: known ? 'updated' : 'created', stored };
  }

  /** The element that it hangs under, as far as that exists. */
  parentOf(stored: StoredElement, mode?: 'read-again'): StoredElement | undefined {
    if (mode === 'read-again' || !stored.parent) {
      const link = stored.write.relationships?.find(({ isParent }) => isParent);
      stored.parent = link ? this.lookUp(link.other)?.guid : undefined;
    }
    return stored.parent ? this.#byGuid.get(stored.parent) : undefined;
  }

  /** Removes an element with all that hangs under it; the removed ones. */
  remove(stored: StoredElement, isOwn = true): StoredElement[] {
    this.#forgetNames(stored);
    this.#byGuid.delete(stored.guid);
    this.#tell(stored, isOwn);
    const below = this.stored().filter((other) => other.parent === stored.guid);
    return [stored, ...below.flatMap((child) => this.remove(child, isOwn))];
  }

  #tell({ guid, write, source }: StoredElement, isOwn: boolean): void {
    const { type, qualifiedName } = write;
    this.feed.add({ element: { guid, type, qualifiedName, source }, isOwn });
  }

  /** Whose thing it is that this is hearsay of, by its name or a locator. */
  #ownedByOther({ qualifiedName, locators = [] }: ElementWrite, source: string): StoredElement | undefined {
    const named = this.#byName.get(qualifiedName);
    const located = locators.map((locator) => this.lookUp({ type: 'OpenMetadataRoot', locator }));
    return [named, ...located].find((stored) => stored && stored.source !== source);
  }

  /** Its key first: the same key under a new name is a rename. */
  #known({ sourceKey, qualifiedName }: ElementWrite): StoredElement | undefined {
    return (sourceKey ? this.#byKey.get(sourceKey) : undefined) ?? this.#byName.get(qualifiedName);
  }

  /** Whoever bears the name now loses it; a session sweeps it, unless it comes under its new name. */
  #displace(qualifiedName: string): void {
    const bearer = this.#byName.get(qualifiedName);
    if (!bearer) return;
    const provisional = { ...bearer.write, qualifiedName: `${qualifiedName} (displaced ${bearer.guid})` };
    Object.assign(bearer, { write: provisional, hash: '' });
    this.#byName.delete(qualifiedName);
    this.#byName.set(provisional.qualifiedName, bearer);
  }

  #forgetNames(stored: StoredElement): void {
    const { qualifiedName, sourceKey } = stored.write;
    if (this.#byName.get(qualifiedName) === stored) this.#byName.delete(qualifiedName);
    if (sourceKey && this.#byKey.get(sourceKey) === stored) this.#byKey.delete(sourceKey);
  }

  #apply(change: Change): ChangeResult {
    if (change.operation === 'upsert') return this.#upsert(change.collection, change.scope, change.element);
    if (change.operation === 'remove') {
      const stored = this.lookUp(change.element);
      if (!stored) return { result: 'absent', guid: null };
      this.remove(stored);
      return { result: 'removed', guid: stored.guid };
    }
    if (change.operation === 'prune') return this.#prune(change);
    return applyFacet(this, change);
  }

  #prune({ collection, parent, keep }: Extract<Change, { operation: 'prune' }>): ChangeResult {
    const above = this.lookUp(parent);
    if (!above) return { result: 'absent', guid: null };
    const gone = this.stored().filter(
      (stored) =>
        stored.parent === above.guid &&
        stored.source === ownSource &&
        stored.collection === collection &&
        !keep.includes(stored.write.qualifiedName),
    );
    for (const stored of gone) this.remove(stored);
    return { result: gone.length > 0 ? 'removed' : 'absent', guid: above.guid };
  }

  #upsert(collection: string, scope: string, element: ElementWrite): ChangeResult {
    const findings = checkElement(element);
    if (findings.length) return refused(element.qualifiedName, findings);
    const { result, stored } = this.put(collection, scope, element);
    return { result, guid: stored.guid };
  }

  async *#found({ type, q }: FindQuery & { type: string }): AsyncGenerator<Element> {
    for (const stored of this.stored()) {
      if (!isSubtypeOf(stored.write.type, type)) continue;
      const element = toElement(stored);
      if (!q || `${element.qualifiedName} ${element.displayName}`.includes(q)) yield element;
    }
  }
}

function toElement({ guid, write, source, version, createdAt, updatedAt }: StoredElement): Element {
  const { type, qualifiedName, properties, classifications = {}, locators } = write;
  const { effectiveFrom, effectiveTo, isTentative } = write;
  return {
    ...{ guid, type, qualifiedName, properties, version, createdAt, updatedAt, source },
    displayName: displayNameOf(type, properties, qualifiedName),
    classifications: Object.entries(classifications).map(([name, of]) => ({ name, properties: of, source })),
    ...(locators ? { locators } : {}),
    ...(effectiveFrom ? { effectiveFrom } : {}),
    ...(effectiveTo ? { effectiveTo } : {}),
    ...(isTentative ? { isTentative } : {}),
  };
}

function hasLocator(write: ElementWrite, { namespace, name }: { namespace: string; name: string }): boolean {
  return write.locators?.some((own) => own.namespace === namespace && own.name === name) ?? false;
}

/** As the gateway keeps it: as JSON, so that a connector cannot keep a live object there. */
function jsonByKey(): ConnectorStateStore {
  const values = new Map<string, string>();
  return {
    get: async (key) => JSON.parse(values.get(key) ?? 'null') as unknown,
    put: async (key, value) => void values.set(key, JSON.stringify(value)),
  };
}
