import { Module } from '@nestjs/common';
import { defaultPorts } from '@idaemon/contracts';
import type { AppDescription } from '@idaemon/service-runtime';
import { EmbeddedStoreModule } from './embedded-store.module.js';
import { gatewayEnvironment } from './gateway-environment.js';
import { GatewayMessages } from './messages/gateway-messages.js';
import { Upkeep } from './upkeep.js';

@Module({ imports: [EmbeddedStoreModule], providers: [GatewayMessages, Upkeep] })
export class GatewayModule {}

export const gatewayApp: AppDescription = {
  name: 'omas-gateway',
  port: defaultPorts.gateway,
  environment: gatewayEnvironment,
};
