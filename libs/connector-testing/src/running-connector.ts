import type { Secrets, SecretDeclarations } from '@idaemon/connector-kit';
import {
  createMetadata,
  createRefreshMetadata,
  parseConfig,
  type ConnectorDefinition,
  type ConnectorLog,
  type ExtensionOf,
  type IntegrationService,
  type MetadataPort,
  type SessionPort,
  type Shard,
} from '@idaemon/connector-kit';
import type { z } from 'zod';
import { FakeOpenMetadata } from './fake-open-metadata.js';
import type { SessionReport } from './fake-session.js';

export interface StartOptions<
  Schema extends z.ZodType,
  Declared extends SecretDeclarations,
  S extends IntegrationService = IntegrationService,
> {
  config: z.input<Schema>;
  /** The values themselves, as the runtime resolves them. */
  secrets?: Partial<Secrets<Declared>>;
  /** Default: an empty one. */
  openMetadata?: FakeOpenMetadata;
  /** Name of the connector instance. */
  name?: string;
  /** Which part of it; default: the only one. */
  shard?: Shard;
  /** What the service adds to the contexts, e.g. `{ openLineage }`; made for the signal of the connector. */
  extension?: (signal: AbortSignal) => ExtensionOf<S>;
}

export interface LogEntry {
  level: keyof ConnectorLog;
  message: string;
  fields: Record<string, unknown> | undefined;
}

export interface Engagement {
  /** Settles when `engage` does: rejects with its error. */
  done: Promise<void>;
  /** How often it asked for a refresh. */
  requests: () => number;
}

/** An instance of a connector that is connected, as the runtime would run it, on open metadata in memory. */
export interface RunningConnector {
  readonly openMetadata: FakeOpenMetadata;
  readonly logged: readonly LogEntry[];
  /** One session from begin to commit; when the connector fails, its error, and nothing is removed. */
  refresh: (through?: (port: SessionPort) => SessionPort) => Promise<SessionReport>;
  engage: (through?: (port: MetadataPort) => MetadataPort) => Engagement;
  /** What the connector was given. */
  readonly signal: AbortSignal;
  /** Aborts; what runs settles by itself. */
  abort: () => void;
  /** Aborts, waits for what `engage` does, and disconnects. */
  stop: () => Promise<void>;
}

/** Connects a connector for a test. Stop it at the end. */
export async function startConnector<
  S extends IntegrationService,
  Schema extends z.ZodType,
  Declared extends SecretDeclarations,
  Client,
>(
  definition: ConnectorDefinition<S, Schema, Declared, Client>,
  options: StartOptions<Schema, Declared, S>,
): Promise<RunningConnector> {
  const { openMetadata = new FakeOpenMetadata(), name = 'under-test' } = options;
  const { shard = { index: 0, count: definition.shards ?? 1 } } = options;
  const abort = new AbortController();
  const logged: LogEntry[] = [];
  const context = {
    config: parseConfig(definition, options.config),
    secrets: (options.secrets ?? {}) as Secrets<Declared>,
    ...{ log: logInto(logged), signal: abort.signal, name, shard },
  };
  const client = (await definition.connect?.(context)) as Client;
  const extension = (options.extension?.(abort.signal) ?? {}) as ExtensionOf<S>;
  const whole = { ...context, client, state: openMetadata.state, ...extension };
  const engagements: Promise<unknown>[] = [];

  return {
    ...{ openMetadata, logged, signal: abort.signal },
    abort: () => abort.abort(),
    async refresh(through = (port) => port) {
      const session = openMetadata.begin();
      const metadata = createRefreshMetadata(definition.service, through(session));
      await definition.refresh?.({ ...whole, metadata });
      return session.commit();
    },
    engage(through = (port) => port) {
      let requests = 0;
      const metadata = createMetadata(definition.service, through(openMetadata.port(abort.signal)));
      const done = Promise.resolve(
        definition.engage?.({ ...whole, metadata, requestRefresh: () => requests++ }),
      );
      engagements.push(done);
      // Whoever engages looks at `done`; until then a failure is not an unhandled one.
      done.catch(() => undefined);
      return { done, requests: () => requests };
    },
    async stop() {
      abort.abort();
      await Promise.allSettled(engagements);
      await definition.disconnect?.({ client, log: context.log });
    },
  };
}

function logInto(logged: LogEntry[]): ConnectorLog {
  const at = (level: keyof ConnectorLog) => (message: string, fields?: Record<string, unknown>) =>
    void logged.push({ level, message, fields });
  return { debug: at('debug'), info: at('info'), warn: at('warn') };
}
