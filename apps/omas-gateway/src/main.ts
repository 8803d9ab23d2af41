import { bootstrap } from '@idaemon/service-runtime';
import { gatewayApp, GatewayModule } from './gateway.module.js';

void bootstrap(GatewayModule, gatewayApp);
