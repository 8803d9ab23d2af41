import { Module } from '@nestjs/common';
import { DefinitionRepository } from '../definitions/definition.repository.js';
import { ConnectorChecks } from './connector-checks.js';
import { ConnectorConfigurations } from './connector-configurations.js';
import { ConnectorTrials } from './connector-trials.js';
import { ConnectorRepository } from './connector.repository.js';
import { GatewayConfigurations } from './gateway-configurations.js';
import { GatewayRepository } from './gateway.repository.js';
import { RevisionRepository } from './revision.repository.js';

const providers = [
  ConnectorChecks,
  ConnectorConfigurations,
  ConnectorRepository,
  ConnectorTrials,
  DefinitionRepository,
  GatewayConfigurations,
  GatewayRepository,
  RevisionRepository,
];

/** Documents: connectors and gateways, with revisions. */
@Module({ providers, exports: providers })
export class ConfigurationModule {}
