import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { integrationServices } from '@idaemon/contracts';
import type { AnyConnector, IntegrationService } from '@idaemon/connector-kit';
import type { z } from 'zod';
import { describedModule } from './bootstrap/app-description.js';
import { HostRunner, INTEGRATION_SERVICE } from './hosting/host-runner.js';
import { IntegratorEnvironment } from './hosting/integrator-environment.js';

export interface IntegrationServiceOptions {
  service: IntegrationService;
  /** The connectors that the app brings; `IDAEMON_CONNECTORS` adds others. */
  connectors: readonly AnyConnector[];
  /** What only this service has; their controllers answer on the port of the app. */
  modules?: readonly ServiceModule[];
}

/** A Nest module that one service has on top; its statics say what it needs of the app. */
export interface ServiceModule extends Type {
  /** Variables beside those of every integrator. */
  readonly environment?: z.ZodObject;
}

/** Hosts the connector instances of one integration service: all that its app needs. */
@Module({})
export class IntegrationServiceModule {
  static forRoot(options: IntegrationServiceOptions): DynamicModule {
    const { service, modules = [] } = options;
    const { port } = integrationServices[service.name];
    const providers = [{ provide: INTEGRATION_SERVICE, useValue: options }, HostRunner];
    return describedModule(
      { module: IntegrationServiceModule, imports: [...modules], providers },
      {
        name: service.name,
        port,
        environment: IntegratorEnvironment.extend(
          Object.assign({}, ...modules.map(({ environment }) => environment?.shape)) as z.ZodRawShape,
        ),
        ...(modules.length > 0 ? { http: {} } : {}),
      },
    );
  }
}
