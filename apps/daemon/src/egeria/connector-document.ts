/** From Egeria's `IntegrationConnectorConfig` to a connector document. Pure. */
import type { ConnectorConfiguration, Schedule, Synchronization } from '@idaemon/contracts';
import type { ConnectorConfig } from './beans.js';
import { configOf } from './connection-config.js';
import { minutesOf, synchronizationOf, withoutNothing, type Kept } from './connector-bean.js';
import { EgeriaError } from './egeria-error.js';
import { nameFor } from './names.js';
import { knownProvider } from './providers.js';
import type { RegisteredService } from './service-registry.js';

export interface Surroundings {
  serverName: string;
  service: RegisteredService;
  gateway: string;
  synchronization: Synchronization;
  initialState: 'running' | 'stopped';
  /** Of the document of the same name: what Egeria has no word for stays as it is. */
  existing?: ConnectorConfiguration;
}

export interface Translated {
  /** As `PUT /api/connectors/{name}` takes it; not yet checked. */
  document: { name: string } & Record<string, unknown>;
  kept: Kept;
}

/** The name of ours; throws when the config says too little to have one. */
export function nameOfConfig(config: ConnectorConfig | null, serverName: string): string {
  const property = 'integrationServerConfig.connectorConfig';
  if (!config) throw new EgeriaError('OMAG-ADMIN-400-032', [serverName, property], property);
  const { connectorName } = config;
  const name = nameFor(connectorName ?? '');
  if (name) return name;
  const place = `${property}.connectorName`;
  throw new EgeriaError('OMAG-ADMIN-400-032', [serverName, place], place);
}

export function documentOf(config: ConnectorConfig, surroundings: Surroundings): Translated {
  const { serverName, service, gateway, existing } = surroundings;
  const initialState = existing?.initialState ?? surroundings.initialState;
  const name = nameOfConfig(config, serverName);
  const connectorName = config.connectorName ?? name;
  const { connection } = config;
  if (!connection) throw new EgeriaError('OMAG-ADMIN-400-027', [serverName, connectorName], 'connection');
  const className = connection.connectorType?.connectorProviderClassName ?? '';
  const provider = knownProvider(className);
  const definition = definitionOf(className, connectorName, service);
  refuseReports(config, connectorName);
  const { description, removal, maxRunTime } = existing ?? {};
  const document = {
    ...{ name, service: service.marker, connector: definition, gateway, initialState },
    ...configOf(connection, { connectorName, definition, provider }),
    ...withoutNothing({ description, removal, maxRunTime }),
    ...withoutNothing({ metadataSource: metadataSourceOf(config, existing) }),
    ...withoutNothing({ schedule: scheduleOf(config, existing) }),
    synchronization: directionOf(config, connectorName, surroundings),
  };
  return { document, kept: keptOf(config, connectorName, className) };
}

/** The definition that does the work of a provider; a name that Egeria does not know is one of our definitions. */
function definitionOf(className: string, connectorName: string, service: RegisteredService): string {
  const provider = knownProvider(className);
  const refuse = (why: string): never => {
    throw new EgeriaError('OMAG-ADMIN-400-041', [connectorName, why], 'connectorProviderClassName');
  };
  if (!className) return refuse('its connectorType has no connectorProviderClassName');
  if (!provider)
    return className.includes('.') ? refuse(`the provider ${className} is not known`) : className;
  if (provider.service !== service.marker) return refuse(`${className} is one for the ${provider.service}`);
  return provider.definition ?? refuse(`${className} has no counterpart here`);
}

function refuseReports({ generateIntegrationReports }: ConnectorConfig, connectorName: string): void {
  if (!generateIntegrationReports) return;
  const why = `integration reports as elements; each run has its report at /api/connectors/{name}/runs`;
  throw new EgeriaError('IDAEMON-EGERIA-501-001', [`generateIntegrationReports of ${connectorName}`, why]);
}

function metadataSourceOf(
  { metadataSourceQualifiedName }: ConnectorConfig,
  existing?: ConnectorConfiguration,
) {
  if (!metadataSourceQualifiedName) return undefined;
  const before = existing?.metadataSource;
  if (before?.qualifiedName === metadataSourceQualifiedName) return before;
  return { qualifiedName: metadataSourceQualifiedName };
}

/** Minutes; a schedule that reads back as the same minutes stays, since cron and seconds have no word in Egeria. */
function scheduleOf(
  { refreshTimeInterval }: ConnectorConfig,
  existing?: ConnectorConfiguration,
): Schedule | undefined {
  const minutes = Math.max(0, refreshTimeInterval ?? 0);
  const before = existing?.schedule;
  if (before && minutesOf(before) === minutes) return before;
  return minutes === 0 ? undefined : { every: `${minutes}m` };
}

function directionOf(
  { permittedSynchronization }: ConnectorConfig,
  connectorName: string,
  { synchronization }: Surroundings,
): Synchronization {
  if (!permittedSynchronization) return synchronization;
  const direction = synchronizationOf(permittedSynchronization);
  if (direction) return direction;
  const why = `permittedSynchronization must be BOTH_DIRECTIONS, TO_THIRD_PARTY or FROM_THIRD_PARTY`;
  throw new EgeriaError('IDAEMON-EGERIA-400-002', [connectorName, why], 'permittedSynchronization');
}

function keptOf(config: ConnectorConfig, connectorName: string, className: string): Kept {
  const { connectorId, connectorUserId, connection } = config;
  const { qualifiedName, displayName, description } = connection ?? {};
  return {
    connectorName,
    ...withoutNothing({ connectorId, connectorUserId }),
    connectorProviderClassName: className,
    connection: withoutNothing({ qualifiedName, displayName, description }),
  };
}

/** Where a wrong field of our document stands in Egeria's bean. */
export function placeInBean(path: string, addressKey: string | undefined): string {
  if (path === `config.${addressKey}`) return 'connection.endpoint.address';
  if (path.startsWith('config.')) return `connection.configurationProperties.${path.slice(7)}`;
  if (path.startsWith('secrets.')) return `connection.securedProperties.${path.slice(8)}`;
  return places[path] ?? path;
}

const places: Readonly<Record<string, string>> = {
  name: 'connectorName',
  connector: 'connection.connectorType.connectorProviderClassName',
  gateway: 'omagserverName',
  'schedule.every': 'refreshTimeInterval',
  'metadataSource.qualifiedName': 'metadataSourceQualifiedName',
  config: 'connection.configurationProperties',
  secrets: 'connection.securedProperties',
};
