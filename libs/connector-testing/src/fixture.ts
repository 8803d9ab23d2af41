import type { ConnectorDefinition, IntegrationService, SecretDeclarations } from '@idaemon/connector-kit';
import { configSchemaOf, parseConfig } from '@idaemon/connector-kit';
import { onTestFinished } from 'vitest';
import type { z } from 'zod';
import { whyNotPossible, type ConnectorHooks } from './connector-hooks.js';
import type { FakeOpenMetadata } from './fake-open-metadata.js';
import { startConnector, type RunningConnector } from './running-connector.js';

export type HookName = 'change' | 'remove' | 'readHalf' | 'unreachable';

/** A third party of one test, with the connector for it; both go when the test is finished. */
export interface Fixture {
  readonly config: unknown;
  /** By collection, sorted. */
  readonly catalogued: Readonly<Record<string, readonly string[]>>;
  readonly secretValues: readonly string[];
  start: (openMetadata?: FakeOpenMetadata) => Promise<RunningConnector>;
  /** The names that the hook said, if it said any. */
  apply: (hook: HookName) => Promise<readonly string[] | undefined>;
}

/** What the tests of the contract need of a connector and its hooks, whatever its types. */
export interface Subject {
  readonly name: string;
  readonly has: { connect: boolean; refresh: boolean; engage: boolean };
  readonly configSchema: Record<string, unknown>;
  whyNot(hook: HookName): string | undefined;
  parse(config: unknown): unknown;
  setUp(): Promise<Fixture>;
}

export function subjectOf<
  S extends IntegrationService,
  Schema extends z.ZodType,
  Declared extends SecretDeclarations,
  Client,
>(
  definition: ConnectorDefinition<S, Schema, Declared, Client>,
  hooks: ConnectorHooks<S, Schema, Declared>,
): Subject {
  return {
    name: definition.name,
    has: {
      connect: definition.connect !== undefined,
      refresh: definition.refresh !== undefined,
      engage: definition.engage !== undefined,
    },
    configSchema: configSchemaOf(definition),
    whyNot: (hook) => whyNotPossible(hooks[hook]),
    parse: (config) => parseConfig(definition, config),
    setUp: () => setUp(definition, hooks),
  };
}

async function setUp<
  S extends IntegrationService,
  Schema extends z.ZodType,
  Declared extends SecretDeclarations,
  Client,
>(
  definition: ConnectorDefinition<S, Schema, Declared, Client>,
  hooks: ConnectorHooks<S, Schema, Declared>,
): Promise<Fixture> {
  const config = await hooks.config();
  onTestFinished(async () => void (await hooks.cleanUp?.(config)));
  const secrets = await hooks.secrets?.(config);
  return {
    config,
    catalogued: sorted(await hooks.catalogued(config)),
    secretValues: Object.values(secrets ?? {}).filter((value) => typeof value === 'string'),
    async start(openMetadata) {
      const extension = hooks.extension?.(config);
      const connector = await startConnector(definition, { config, secrets, openMetadata, extension });
      let isStopped = false;
      const stop = async () => {
        if (isStopped) return;
        isStopped = true;
        await connector.stop();
      };
      onTestFinished(stop);
      return { ...connector, stop };
    },
    async apply(name) {
      const hook = hooks[name];
      if (typeof hook !== 'function') return undefined;
      const said: unknown = await hook(config);
      return Array.isArray(said) ? said.map(String).sort() : undefined;
    },
  };
}

function sorted(names: Readonly<Record<string, readonly string[] | undefined>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(names).map(([name, of]) => [name, [...(of ?? [])].sort()]));
}
