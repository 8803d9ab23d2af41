/** Egeria's beans as far as they mean something here. Unknown members are ignored, as Egeria ignores them. */
import { z } from 'zod';

const text = (maxLength = 2_000) => z.string().max(maxLength).nullish();

/** Egeria's own examples send numbers and booleans as text. */
const lenientInteger = z
  .union([
    z.number().int(),
    z
      .string()
      .regex(/^-?\d{1,15}$/)
      .transform(Number),
  ])
  .nullish();
const lenientBoolean = z
  .union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])
  .nullish();

const Properties = z.record(z.string(), z.json()).nullish();

const PlainConnection = z.object({
  qualifiedName: text(),
  displayName: text(),
  description: text(),
  connectorType: z.object({ connectorProviderClassName: text() }).nullish(),
  endpoint: z.object({ address: text(), networkAddress: text() }).nullish(),
  userId: text(),
  clearPassword: text(),
  encryptedPassword: text(),
  configurationProperties: Properties,
  securedProperties: z.record(z.string(), z.string().nullable()).nullish(),
});

export const Connection = PlainConnection.extend({
  embeddedConnections: z
    .array(z.object({ displayName: text(), embeddedConnection: PlainConnection.nullish() }))
    .max(100)
    .nullish(),
});
export type Connection = z.output<typeof Connection>;

export const ConnectorConfig = z.object({
  connectorId: text(100),
  connectorName: text(200),
  connectorUserId: text(200),
  connection: Connection.nullish(),
  metadataSourceQualifiedName: text(500),
  refreshTimeInterval: lenientInteger,
  usesBlockingCalls: lenientBoolean,
  permittedSynchronization: z
    .enum(['BOTH_DIRECTIONS', 'TO_THIRD_PARTY', 'FROM_THIRD_PARTY', 'OTHER'])
    .nullish(),
  generateIntegrationReports: lenientBoolean,
});
export type ConnectorConfig = z.output<typeof ConnectorConfig>;

const clientConfig = { omagserverPlatformRootURL: text(), omagserverName: text(200) };

export const ServiceRequest = z.object({
  ...clientConfig,
  integrationServiceOptions: Properties,
  integrationConnectorConfigs: z.array(ConnectorConfig.nullable()).max(10_000).nullish(),
});
export type ServiceRequest = z.output<typeof ServiceRequest>;

export const ServiceConfig = ServiceRequest.extend({
  integrationServiceId: lenientInteger,
  integrationServiceURLMarker: text(200),
  integrationServiceOperationalStatus: z.enum(['NOT_IMPLEMENTED', 'ENABLED', 'DISABLED']).nullish(),
  defaultPermittedSynchronization: ConnectorConfig.shape.permittedSynchronization,
});
export type ServiceConfig = z.output<typeof ServiceConfig>;

export const GroupConfig = z.object({ ...clientConfig, integrationGroupQualifiedName: text(500) });
export type GroupConfig = z.output<typeof GroupConfig>;

/** Another kind of server, or what this one does not have: only asked whether it is there. */
const Presence = z.unknown().optional();

export const ServerConfig = z.object({
  versionId: text(20),
  localServerName: text(100),
  localServerType: text(),
  localServerDescription: text(10_000),
  organizationName: text(),
  localServerURL: text(),
  localServerUserId: text(200),
  localServerPassword: text(),
  maxPageSize: lenientInteger,
  integrationServicesConfig: z.array(ServiceConfig).max(100).nullish(),
  dynamicIntegrationGroupsConfig: z.array(GroupConfig).max(1_000).nullish(),
  repositoryServicesConfig: z
    .object({ auditLogConnections: z.array(Connection).max(100).nullish() })
    .nullish(),
  serverSecurityConnection: Presence,
  eventBusConfig: Presence,
  accessServicesConfig: Presence,
  viewServicesConfig: Presence,
  engineHostServicesConfig: Presence,
  openLineageServerConfig: Presence,
  dataEngineProxyConfig: Presence,
  conformanceSuiteConfig: Presence,
});
export type ServerConfig = z.output<typeof ServerConfig>;

export const PropertiesUpdate = z.object({
  connectorName: text(200),
  mergeUpdate: lenientBoolean,
  configurationProperties: Properties,
});
export type PropertiesUpdate = z.output<typeof PropertiesUpdate>;

export const NameBody = z.object({ name: text(200) });
export const TextBody = z.object({ string: text() });
export const UrlBody = z.object({ urlRoot: text() });
export const Text = z.string().max(10_000);
/** Of operations that need no body: whatever was sent says nothing. */
export const NullBody = z.unknown();
