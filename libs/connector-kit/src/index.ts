export {
  ConfigurationError,
  ConflictError,
  fieldLocator,
  Duration,
  InvalidMetadataError,
  NotAuthorizedError,
  NotFoundError,
  parseDuration,
  SystemUnavailableError,
} from '@idaemon/contracts';
export type { ChangeResult, Element, ElementChange, Locator, Relationship } from '@idaemon/contracts';
export { contextExtension, defineIntegrationService } from './integration-service.js';
export type {
  CollectionDeclaration,
  CollectionDeclarations,
  ContextExtension,
  ExtensionOf,
  IntegrationService,
} from './integration-service.js';
export { toElementWrite, toReference } from './element-input.js';
export type { ElementInput, ParentInput, ReferenceInput, TaggedElement } from './element-input.js';
export { createMetadata, createRefreshMetadata } from './metadata.js';
export type {
  ChangeOptions,
  Collection,
  FindQuery,
  FollowQuery,
  Metadata,
  MetadataPort,
  RefreshMetadata,
  RelatedEnds,
  RemoveOptions,
  RelationshipsQuery,
  SessionPort,
  SyncCollection,
  SyncOptions,
} from './metadata.js';
export { defineConnector } from './connector.js';
export { configSchemaOf, parseConfig } from './parse-config.js';
export type {
  AnyConnector,
  ConnectContext,
  ConnectorDefinition,
  ConnectorLog,
  ConnectorStateStore,
  EngageContext,
  RefreshContext,
  SecretDeclaration,
  SecretDeclarations,
  Secrets,
  Shard,
} from './connector.js';
