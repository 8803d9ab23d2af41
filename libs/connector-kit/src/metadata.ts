/** Open metadata as a connector sees it: typed by its service, and the port that stands behind it. */
import type {
  Change,
  ChangeResult,
  Element,
  ElementChange,
  ElementWrite,
  Properties,
  Reference,
  Relationship,
  Unread,
} from '@idaemon/contracts';
import type { ClassificationTypeName, EntityTypeName, RelationshipTypeName } from '@idaemon/open-metadata';
import { relationshipEnds } from '@idaemon/open-metadata';
import { relateAll } from './relate-all.js';
import {
  collectionOf,
  toElementWrite,
  toReference,
  type ElementInput,
  type ParentInput,
  type ReferenceInput,
  type TaggedElement,
} from './element-input.js';
import type {
  CollectionDeclaration,
  CollectionDeclarations,
  IntegrationService,
} from './integration-service.js';

/** What a context stands on. The runtime gives one that speaks to the gateway, connector-testing one in memory. */
export interface MetadataPort {
  /** Outside of a session: applied when the promise resolves. Never throws for one refused change, see its result. */
  change(change: Change, options?: ChangeOptions): Promise<ChangeResult>;
  resolve(reference: Reference): Promise<Element | null>;
  find(query: FindQuery & { type: string }): AsyncIterable<Element>;
  relationships(query: RelationshipsQuery): AsyncIterable<Relationship>;
  /** Outside of a session it waits for more until the signal of the port aborts; in one it ends where nothing follows. */
  follow(query: FollowQuery): AsyncIterable<ElementChange>;
}

/** The port of a refresh: one session from its begin to its commit, which are the runner's business. */
export interface SessionPort extends MetadataPort {
  /**
   * Takes an element into a batch. The promise, if there is one, resolves when there is room for the next element
   * (back-pressure).
   */
  write(collection: string, scope: string, element: ElementWrite): Promise<void> | undefined;
  /** The scope was read to its end. */
  complete(collection: string, scope: string): Promise<void>;
  unread(unread: Unread, of: { collection: string } | { element: Reference }): Promise<void>;
}

export interface FindQuery {
  /** Text in names and description. */
  q?: string;
  /** Qualified name of a metadata source. */
  source?: string;
}

export interface ChangeOptions {
  /** Connector state, by key, that is saved in the transaction of the change: both are there, or neither. */
  state?: Readonly<Record<string, unknown>>;
}

export interface RemoveOptions extends ChangeOptions {
  /** It goes by a rule of the connector, as a run that is too old, and not because it has disappeared: the guard lets it. */
  isExpired?: true;
}

export interface RelationshipsQuery {
  /** GUID of the element at either end. */
  guid: string;
  type?: string;
}

export interface FollowQuery {
  /** Entity types, subtypes included; default: all. */
  types?: readonly EntityTypeName[];
  /** Qualified names of the metadata sources whose elements they are; default: all. */
  sources?: readonly string[];
  /** Where to begin the first time: with all that there is, or with what is to come; default: everything. */
  from?: 'everything' | 'now';
  /** Names the stored cursor, for a connector that follows more than once; default: `changes`. */
  cursor?: string;
}

export interface SyncOptions {
  /** A part of the collection that is read and swept by itself, e.g. one database of a server; default: all of it. */
  scope?: string;
}

/** Both contexts: look things up, and change one thing at once. */
export interface Collection<C extends CollectionDeclaration> {
  /** Creates or changes one element. `refused` when the gateway does not take it: it is a dead letter then. */
  upsert(element: ElementInput<C>, options?: ChangeOptions): Promise<ChangeResult>;
  /** Removes one element of this connector's own source with all below it; `absent` when there is none. */
  remove(element: ReferenceInput, options?: RemoveOptions): Promise<ChangeResult>;
  /**
   * Removes the connector's own elements of this collection that hang directly under `parent`, with all below them, but
   * for those with the names `keep`: for a listener that knows the whole inside of what has changed. `removed` when one
   * was removed, `held` when some wait for a person, `absent` when there was none.
   */
  prune(parent: ParentInput<C>, keep: readonly string[], options?: ChangeOptions): Promise<ChangeResult>;
  get(element: ReferenceInput): Promise<Element | null>;
  find(query?: FindQuery): AsyncIterable<Element>;
}

export interface SyncCollection<C extends CollectionDeclaration> extends Collection<C> {
  /**
   * Makes open metadata equal to the set: creates, changes, and, once the whole refresh has succeeded, removes
   * what is not in it. A set that throws removes nothing. Yield, don't collect.
   */
  sync(all: AsyncIterable<ElementInput<C>> | Iterable<ElementInput<C>>, options?: SyncOptions): Promise<void>;
}

interface Following {
  /**
   * Elements that others have changed, each in its latest state (`changed`) or gone (`removed`), in the order of their
   * last change. A relationship is a change of both its ends, a classification of its element. Every change is given
   * at least once: the stored cursor moves on when the next one is asked for, so finish with one before that. Another
   * filter begins anew. In `engage` it waits for more and ends on abort; in `refresh` it ends where nothing follows.
   *
   * When the connector was away for longer than changes are kept, all elements of the filter are given anew; what was
   * removed meanwhile is not, so a refresh is due then, which the runtime asks for.
   */
  changes(query?: FollowQuery): AsyncIterable<ElementChange>;
  /** The relationships of an element, of any source and with both ends; of one type or all. */
  relationships(element: { guid: string }, type?: RelationshipTypeName): AsyncIterable<Relationship>;
}

interface Facets {
  relate(
    type: RelationshipTypeName,
    end1: ReferenceInput,
    end2: ReferenceInput,
    properties?: Properties,
  ): Promise<ChangeResult>;
  unrelate(type: RelationshipTypeName, end1: ReferenceInput, end2: ReferenceInput): Promise<ChangeResult>;
  /**
   * Makes the connector's relationships of this type and group equal to `links`: creates, changes, removes. For what
   * one thing says of many others; a group is named by that thing, and an empty list ends it.
   */
  relateAll(type: RelationshipTypeName, group: string, links: readonly RelatedEnds[]): Promise<ChangeResult>;
  /** Classifies an element of any source; the classification is this connector's own. */
  classify(
    element: ReferenceInput,
    name: ClassificationTypeName,
    properties?: Properties,
  ): Promise<ChangeResult>;
  declassify(element: ReferenceInput, name: ClassificationTypeName): Promise<ChangeResult>;
}

/** Two elements, of any source, that are related. */
export interface RelatedEnds {
  end1: ReferenceInput;
  end2: ReferenceInput;
  properties?: Properties;
}

/** Open metadata for `engage`: single changes. */
export type Metadata<S extends IntegrationService> = {
  readonly [N in keyof S['collections']]: Collection<S['collections'][N]>;
} & Facets &
  Following;

/** Open metadata for `refresh`: whole sets too. */
export type RefreshMetadata<S extends IntegrationService> = {
  readonly [N in keyof S['collections']]: SyncCollection<S['collections'][N]>;
} & Facets &
  Following & {
    /** As `sync` of a collection, for a source whose one reading gives elements of several: `{ dataFiles: { … } }`. */
    sync<Names extends keyof S['collections'] & string>(
      collections: readonly Names[],
      all: NoInfer<
        | AsyncIterable<TaggedElement<S['collections'], Names>>
        | Iterable<TaggedElement<S['collections'], Names>>
      >,
      options?: SyncOptions,
    ): Promise<void>;
    /**
     * Says that an element's inside (a folder, a schema, a file's columns), or a whole collection, could not be
     * read: nothing at or below it is removed, and the run is `partial`.
     */
    unread(what: UnreadTarget<S['collections']>, reason: string): Promise<void>;
  };

/** `{ fileFolders: '<qualified name>' }` for an element, `'fileFolders'` for the whole collection. */
export type UnreadTarget<Collections extends CollectionDeclarations> =
  (keyof Collections & string) | { [N in keyof Collections]: Record<N, ReferenceInput> }[keyof Collections];

export function createMetadata<S extends IntegrationService>(service: S, port: MetadataPort): Metadata<S> {
  const collections = mapCollections(service, (name) => collectionContext(service, name, port));
  return { ...collections, ...facets(port), ...following(port) } as Metadata<S>;
}

export function createRefreshMetadata<S extends IntegrationService>(
  service: S,
  port: SessionPort,
): RefreshMetadata<S> {
  const collections = mapCollections(service, (name) => ({
    ...collectionContext(service, name, port),
    sync: (all: AnyElements, { scope = '' }: SyncOptions = {}) =>
      syncAll(service, port, [name], tagged(name, all), scope),
  }));
  return {
    ...collections,
    ...facets(port),
    ...following(port),
    sync: (names: readonly string[], all: AnyTagged, { scope = '' }: SyncOptions = {}) =>
      syncAll(service, port, names, all, scope),
    unread: (what: string | Record<string, ReferenceInput>, reason: string) =>
      unread(service, port, what, reason),
  } as RefreshMetadata<S>;
}

type AnyElement = ElementInput<CollectionDeclaration>;
type AnyElements = AsyncIterable<AnyElement> | Iterable<AnyElement>;
type AnyTagged = AsyncIterable<Record<string, AnyElement>> | Iterable<Record<string, AnyElement>>;

async function syncAll(
  service: IntegrationService,
  port: SessionPort,
  names: readonly string[],
  all: AnyTagged,
  scope: string,
): Promise<void> {
  for await (const element of all) {
    for (const [name, input] of Object.entries(element)) {
      if (!names.includes(name))
        throw new Error(`An element of ${name} came in a sync of ${names.join(', ')}`);
      const room = port.write(name, scope, toElementWrite(service, name, input));
      if (room) await room;
    }
  }
  await Promise.all(names.map((name) => port.complete(name, scope)));
}

async function* tagged(name: string, all: AnyElements): AsyncGenerator<Record<string, AnyElement>> {
  for await (const element of all) yield { [name]: element };
}

async function unread(
  service: IntegrationService,
  port: SessionPort,
  what: string | Record<string, ReferenceInput>,
  reason: string,
): Promise<void> {
  if (typeof what === 'string') return port.unread({ what, reason }, { collection: what });
  for (const [name, input] of Object.entries(what)) {
    const element = toReference(collectionOf(service, name).type, input);
    const label = element.qualifiedName ?? element.locator?.name ?? element.guid ?? name;
    await port.unread({ what: label, reason }, { element });
  }
}

function collectionContext(
  service: IntegrationService,
  name: string,
  port: MetadataPort,
): Collection<CollectionDeclaration> {
  const { type } = collectionOf(service, name);
  return {
    upsert: (input, options) => {
      const element = toElementWrite(service, name, input);
      return port.change({ operation: 'upsert', collection: name, scope: '', element }, options);
    },
    prune: (parent, keep, options) => {
      const [parentCollection, input] = Object.entries(parent)[0] ?? [];
      if (!parentCollection || !input) throw new Error(`prune of ${name} needs the parent`);
      const reference = toReference(collectionOf(service, parentCollection).type, input);
      return port.change(
        { operation: 'prune', collection: name, parent: reference, keep: [...keep] },
        options,
      );
    },
    remove: (input, { isExpired, ...options } = {}) => {
      const element = toReference(type, input);
      const removal = { operation: 'remove', collection: name, element, recursive: true } as const;
      return port.change({ ...removal, ...(isExpired ? { isExpired } : {}) }, options);
    },
    get: (element) => port.resolve(toReference(type, element)),
    find: (query = {}) => port.find({ type, ...query }),
  };
}

function facets(port: MetadataPort): Facets {
  const ends = (type: RelationshipTypeName, end1: ReferenceInput, end2: ReferenceInput) => {
    const [first, second] = relationshipEnds(type);
    return { type, end1: toReference(first.type, end1), end2: toReference(second.type, end2) };
  };
  return {
    relate: (type, end1, end2, properties = {}) =>
      port.change({ operation: 'relate', ...ends(type, end1, end2), properties }),
    unrelate: (type, end1, end2) => port.change({ operation: 'unrelate', ...ends(type, end1, end2) }),
    relateAll: (type, group, links) => relateAll(port, type, group, links),
    classify: (element, name, properties = {}) =>
      port.change({
        operation: 'classify',
        element: toReference('Referenceable', element),
        name,
        properties,
      }),
    declassify: (element, name) =>
      port.change({ operation: 'declassify', element: toReference('Referenceable', element), name }),
  };
}

function following(port: MetadataPort): Following {
  return {
    changes: (query = {}) => port.follow(query),
    relationships: ({ guid }, type) => port.relationships({ guid, ...(type ? { type } : {}) }),
  };
}

function mapCollections<T>(service: IntegrationService, make: (name: string) => T): Record<string, T> {
  return Object.fromEntries(Object.keys(service.collections).map((name) => [name, make(name)]));
}
