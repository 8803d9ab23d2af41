import type { ExtensionOf, IntegrationService, SecretDeclarations, Secrets } from '@idaemon/connector-kit';
import type { z } from 'zod';

const reason = Symbol('reason');

/** A hook that this third party does not allow; the contract says so instead of testing it. */
export interface NotPossible {
  readonly [reason]: string;
}

export function notPossible(why: string): NotPossible {
  return { [reason]: why };
}

export function whyNotPossible(hook: unknown): string | undefined {
  return typeof hook === 'object' && hook !== null && reason in hook ? String(hook[reason]) : undefined;
}

/** Does something to the third party that `config` names. */
export type Hook<Config> = (config: Config) => unknown;
/** As a hook; it may return the qualified names of the elements that then differ, and of no others. */
export type ChangeHook<Config> = Hook<Config>;

/** What the contract needs to know of a connector's third party. Each test makes one of its own with `config`. */
export interface ConnectorHooks<
  S extends IntegrationService,
  Schema extends z.ZodType,
  Declared extends SecretDeclarations,
> {
  /** Makes a small third party with a few things in it; the configuration for it. */
  config: () => z.input<Schema> | Promise<z.input<Schema>>;
  /** Values of the secrets. */
  secrets?: (config: z.input<Schema>) => Partial<Secrets<Declared>> | Promise<Partial<Secrets<Declared>>>;
  /** What the service adds to the contexts, e.g. `log.extension()` of a FakeEventLog. */
  extension?: (config: z.input<Schema>) => (signal: AbortSignal) => ExtensionOf<S>;
  /** Qualified names that a refresh catalogues: all of each collection that is named. */
  catalogued: (
    config: z.input<Schema>,
  ) =>
    | { [N in keyof S['collections']]?: readonly string[] }
    | Promise<{ [N in keyof S['collections']]?: readonly string[] }>;
  /** Changes a catalogued thing. */
  change: ChangeHook<z.input<Schema>> | NotPossible;
  /** Removes a catalogued thing. */
  remove: ChangeHook<z.input<Schema>> | NotPossible;
  /** Makes a part unreadable in which something was catalogued. */
  readHalf: Hook<z.input<Schema>> | NotPossible;
  /** Takes the whole third party away. */
  unreachable: Hook<z.input<Schema>> | NotPossible;
  /** Cleans up after each test, whatever was done to the third party. */
  cleanUp?: Hook<z.input<Schema>>;
}
