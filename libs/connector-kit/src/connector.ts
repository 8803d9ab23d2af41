import type { z } from 'zod';
import type { ExtensionOf, IntegrationService } from './integration-service.js';
import type { Metadata, RefreshMetadata } from './metadata.js';

/** A secret that a connector uses. Its value comes from the reference in the configuration, never from `config`. */
export interface SecretDeclaration {
  description: string;
  /** Default true. */
  isRequired?: boolean;
}
export type SecretDeclarations = Readonly<Record<string, SecretDeclaration>>;

/** The resolved values; an optional secret that has no reference is undefined. Never log one. */
export type Secrets<D extends SecretDeclarations> = {
  readonly [N in keyof D]: D[N] extends { isRequired: false } ? string | undefined : string;
};

/** Writes a line to the log of the process and of the connector; fields must hold no secret. */
export interface ConnectorLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

/** Up to 64 KiB of JSON by key, kept by the gateway for the connector (for each shard its own): cursors and the like. */
export interface ConnectorStateStore {
  get(key: string): Promise<unknown>;
  /**
   * Saved when it resolves. In `refresh` it is saved with the last of what was written before, and waits for that; a
   * plan forgets it. In `engage` it is a write of its own: `upsert(…, { state })` saves both in one transaction.
   */
  put(key: string, value: unknown): Promise<void>;
}

/**
 * Which part of the connector this is: the parts of a definition with `shards: n` have the indexes 0 to n − 1, and each
 * takes its share of the work, by a hash of what does not change (a name, a partition). A part removes only what it
 * has catalogued itself. Without `shards` there is one part, index 0 of 1.
 */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** What every method is given. `signal` aborts when the connector shall stop: return or throw within a second. */
export interface ConnectContext<Config, Declared extends SecretDeclarations> {
  readonly config: Config;
  readonly secrets: Secrets<Declared>;
  readonly log: ConnectorLog;
  readonly signal: AbortSignal;
  /** Name of the connector instance. */
  readonly name: string;
  readonly shard: Shard;
}

export interface RefreshContext<
  S extends IntegrationService,
  Config,
  Declared extends SecretDeclarations,
  Client,
> extends ConnectContext<Config, Declared> {
  readonly client: Client;
  readonly metadata: RefreshMetadata<S>;
  readonly state: ConnectorStateStore;
}

export interface EngageContext<
  S extends IntegrationService,
  Config,
  Declared extends SecretDeclarations,
  Client,
> extends ConnectContext<Config, Declared> {
  readonly client: Client;
  readonly metadata: Metadata<S>;
  readonly state: ConnectorStateStore;
  /** Asks for a refresh, e.g. after events were lost. Many requests while one waits are one. */
  readonly requestRefresh: () => void;
}

/**
 * A connector: what exists at one third-party technology. Plain data and up to four functions; it holds no state of
 * its own, one definition has many instances. The runtime adds timers, retries, metrics, status and logging.
 */
export interface ConnectorDefinition<
  S extends IntegrationService = IntegrationService,
  Schema extends z.ZodType = z.ZodType,
  Declared extends SecretDeclarations = SecretDeclarations,
  Client = unknown,
> {
  readonly name: string;
  /** Of the definition; default: the version of the app that hosts it. */
  readonly version?: string;
  readonly description: string;
  readonly service: S;
  /** An object schema; keys that it does not know are refused. */
  readonly config: Schema;
  readonly secrets?: Declared;
  /** Owned, claimed and run as so many parts, each with its own state and cursors; default 1. See `Shard`. */
  readonly shards?: number;
  /** A longer lease than the usual, at most 60 s, for third parties that are written to slowly. */
  readonly leaseMs?: number;
  /**
   * Opens what `refresh` and `engage` use; its result is `client`. Called once before them and again after a failure.
   * When it throws, it must leave nothing open; `disconnect` is not called then.
   */
  connect?(context: ConnectContext<z.output<Schema>, Declared>): Promise<Client>;
  /** Reads everything once. At most one at a time per instance; called again after a failure. */
  refresh?(context: RefreshContext<S, z.output<Schema>, Declared, Client> & ExtensionOf<S>): Promise<void>;
  /** Listens for single changes until `signal` aborts; runs beside `refresh`. Returning early is an error. */
  engage?(context: EngageContext<S, z.output<Schema>, Declared, Client> & ExtensionOf<S>): Promise<void>;
  /** Closes the client. Called exactly once for each `connect` that succeeded, also after an abort. */
  disconnect?(context: { client: Client; log: ConnectorLog }): Promise<void>;
}

/** Defines a connector; types flow from the schema and from `connect` to the other methods. */
export function defineConnector<
  S extends IntegrationService,
  Schema extends z.ZodType,
  const Declared extends SecretDeclarations = Record<never, never>,
  Client = undefined,
>(
  definition: ConnectorDefinition<S, Schema, Declared, Client>,
): ConnectorDefinition<S, Schema, Declared, Client> {
  return definition;
}

/** Any definition, as hosts and lists take it. */
// A definition's methods take what its own schema gives, so a list of different ones has no narrower common type.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyConnector = ConnectorDefinition<any, any, any, any>;
