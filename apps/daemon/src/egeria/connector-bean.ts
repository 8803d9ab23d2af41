/** A connector as Egeria's beans tell it. Pure. */
import {
  parseDuration,
  type ConnectorConfiguration,
  type HostedDefinition,
  type Schedule,
  type Synchronization,
} from '@idaemon/contracts';
import { stableId } from './names.js';
import { addressKeyOf, knownProvider } from './providers.js';
import { writeSecretText } from './secret-text.js';

/** What Egeria has of a connector and our document has no place for. */
export interface Kept {
  connectorName: string;
  connectorId?: string;
  connectorUserId?: string;
  connectorProviderClassName?: string;
  connection?: { qualifiedName?: string; displayName?: string; description?: string };
}

export interface Described {
  configuration: ConnectorConfiguration;
  /** Undefined: it was not configured by Egeria's interface. */
  kept?: Kept;
}

export function connectorNameOf({ configuration, kept }: Described): string {
  return kept?.connectorName ?? configuration.name;
}

export function connectorIdOf({ configuration, kept }: Described): string {
  return kept?.connectorId ?? stableId('connector', configuration.name);
}

/** `IntegrationConnectorConfig`. */
export function connectorBean(connector: Described, definition?: HostedDefinition): Record<string, unknown> {
  const { configuration, kept } = connector;
  return withoutNothing({
    class: 'IntegrationConnectorConfig',
    connectorId: connectorIdOf(connector),
    connectorName: connectorNameOf(connector),
    connectorUserId: kept?.connectorUserId,
    connection: connectionBean(connector),
    metadataSourceQualifiedName: configuration.metadataSource?.qualifiedName,
    refreshTimeInterval: minutesOf(configuration.schedule),
    usesBlockingCalls: usesBlockingCalls(definition),
    permittedSynchronization: synchronizationBean(configuration.synchronization),
    generateIntegrationReports: false,
  });
}

/** Only such connectors would run in a thread of their own in Egeria. */
export function usesBlockingCalls(definition: HostedDefinition | undefined): boolean {
  return definition !== undefined && !definition.triggers.includes('refresh');
}

/** `Connection`, with references in place of secrets. */
export function connectionBean({ configuration, kept }: Described): Record<string, unknown> {
  const { config, secrets, connector } = configuration;
  const key = addressKeyOf(connector);
  const address = key === undefined ? undefined : config[key];
  const secured = Object.entries(secrets).map(([name, reference]) => [name, writeSecretText(reference)]);
  return withoutNothing({
    class: 'Connection',
    headerVersion: 0,
    ...kept?.connection,
    connectorType: {
      class: 'ConnectorType',
      headerVersion: 0,
      connectorProviderClassName: kept?.connectorProviderClassName ?? connector,
    },
    endpoint: typeof address === 'string' ? { class: 'Endpoint', headerVersion: 0, address } : undefined,
    configurationProperties: nonEmpty(propertiesOf({ configuration, kept })),
    securedProperties: nonEmpty(Object.fromEntries(secured)),
  });
}

/** `config` without what is the endpoint to Egeria. */
export function propertiesOf({ configuration, kept }: Described): Record<string, unknown> {
  const key = addressKeyOf(configuration.connector);
  const own = Object.entries(configuration.config).filter(([name]) => name !== key);
  const always = knownProvider(kept?.connectorProviderClassName ?? '')?.alwaysSo ?? [];
  return { ...Object.fromEntries(own), ...Object.fromEntries(always.map((name) => [name, 'true'])) };
}

/** Whole minutes between two refreshes, rounded up; 0 for cron and for none. */
export function minutesOf(schedule: Schedule | undefined): number {
  return Math.ceil((parseDuration(schedule?.every ?? '0s') ?? 0) / 60_000);
}

const synchronizations = {
  'both-directions': 'BOTH_DIRECTIONS',
  'to-third-party': 'TO_THIRD_PARTY',
  'from-third-party': 'FROM_THIRD_PARTY',
} as const satisfies Record<Synchronization, string>;

export function synchronizationBean(synchronization: Synchronization): string {
  return synchronizations[synchronization];
}

export function synchronizationOf(bean: string): Synchronization | undefined {
  const found = Object.entries(synchronizations).find(([, name]) => name === bean);
  return found?.[0] as Synchronization | undefined;
}

export function nonEmpty<Value extends object>(map: Value): Value | undefined {
  return Object.keys(map).length ? map : undefined;
}

/** Egeria leaves out members without a value. */
export function withoutNothing(bean: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(bean).filter(([, value]) => value !== undefined && value !== null),
  );
}
