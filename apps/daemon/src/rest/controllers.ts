import { EgeriaController } from '../egeria/egeria.controller.js';
import { AuditController } from './audit.controller.js';
import { ConnectorCommandsController } from './connector-commands.controller.js';
import { ConnectorTrialsController } from './connector-trials.controller.js';
import { ConnectorsController } from './connectors.controller.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { GatewaysController } from './gateways.controller.js';
import { GroupsController } from './groups.controller.js';
import { operationOf } from './handles.decorator.js';
import { LogLevelsController } from './log-levels.controller.js';
import { MetadataController } from './metadata.controller.js';
import { OpenApiController } from './openapi.controller.js';
import type { Operation } from './operation.js';
import { RevisionsController } from './revisions.controller.js';
import { RunsController } from './runs.controller.js';
import { SendersController } from './senders.controller.js';
import { ServicesController } from './services.controller.js';
import { SubscriptionsController } from './subscriptions.controller.js';
import { TokensController } from './tokens.controller.js';

export const controllers = [
  ServicesController,
  ConnectorTrialsController,
  ConnectorsController,
  ConnectorCommandsController,
  RunsController,
  RevisionsController,
  DeadLettersController,
  MetadataController,
  GatewaysController,
  GroupsController,
  AuditController,
  LogLevelsController,
  TokensController,
  SendersController,
  SubscriptionsController,
  OpenApiController,
  EgeriaController,
];

/** The operations of all controllers, in the order in which they are declared. */
export const operations: readonly Operation[] = controllers.flatMap((controller) =>
  Object.values(Object.getOwnPropertyDescriptors(controller.prototype)).flatMap(({ value }) => {
    const operation: unknown = value;
    return typeof operation === 'function' ? (operationOf(operation) ?? []) : [];
  }),
);
