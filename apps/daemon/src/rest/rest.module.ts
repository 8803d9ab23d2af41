import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Metrics } from '@idaemon/metrics';
import { METRICS } from '@idaemon/service-runtime';
import { AccessGuard } from '../access/access.guard.js';
import { FirstAdministrator } from '../access/first-administrator.js';
import { TokenRepository } from '../access/token.repository.js';
import { TokenResponder } from '../access/token-responder.js';
import { Tokens } from '../access/tokens.js';
import { AuditRepository } from '../audit/audit.repository.js';
import { ApprovableRuns } from '../commands/approvable-runs.js';
import { ConnectorCommands } from '../commands/connector-commands.js';
import { ConnectorRemovals } from '../commands/connector-removals.js';
import { ConfigurationModule } from '../configuration/configuration.module.js';
import { DeclaredGateways } from '../gateways/declared-gateways.js';
import { egeriaProviders } from '../egeria/egeria.providers.js';
import { takeText } from '../egeria/text-body.js';
import { GroupRepository } from '../groups/group.repository.js';
import { Groups } from '../groups/groups.js';
import { LogLevels } from '../log-levels/log-levels.js';
import { ConnectorResources } from './connector-resources.js';
import { controllers, operations } from './controllers.js';
import { takeJson } from './json-body.js';
import { ProblemFilter } from './problem.filter.js';
import { measureRequests } from './request-metrics.js';
import { RouteTable } from './route-table.js';
import { addSecurityHeaders } from './security-headers.js';

/** The REST interface of design §5. */
@Module({
  imports: [ConfigurationModule],
  controllers,
  providers: [
    { provide: RouteTable, useValue: new RouteTable(operations) },
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_GUARD, useClass: AccessGuard },
    TokenRepository,
    Tokens,
    TokenResponder,
    FirstAdministrator,
    AuditRepository,
    ApprovableRuns,
    ConnectorCommands,
    ConnectorRemovals,
    ConnectorResources,
    DeclaredGateways,
    GroupRepository,
    Groups,
    LogLevels,
    ...egeriaProviders,
  ],
})
export class RestModule implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost<FastifyAdapter>,
    @Inject(RouteTable) private readonly routes: RouteTable,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance();
    takeJson(fastify);
    takeText(fastify);
    addSecurityHeaders(fastify);
    measureRequests(fastify, this.routes, this.metrics);
  }
}
