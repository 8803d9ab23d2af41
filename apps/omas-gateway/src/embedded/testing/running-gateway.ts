/** For specs: replicas of a gateway as processes have them, on the real Postgres and NATS of the test run. */
import type { INestApplicationContext } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Messaging } from '@idaemon/messaging';
import { createMetrics, type Metrics } from '@idaemon/metrics';
import { ENVIRONMENT, LOG, METRICS, Readiness, readEnvironment, SHUTDOWN } from '@idaemon/service-runtime';
import { natsUrl } from '../../../../../tools/launcher/testing.mjs';
import { gatewayEnvironment } from '../../gateway-environment.js';
import { GatewayIdentity } from '../../gateway-identity.js';
import { GatewayModule } from '../../gateway.module.js';

export interface RunningGateway {
  readonly replica: string;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  stop(): Promise<void>;
}

/** Starts one replica with these variables in its environment. */
export async function startGateway(variables: Record<string, string>): Promise<RunningGateway> {
  const stopping = new AbortController();
  const metrics = createMetrics('omas-gateway');
  const readiness = new Readiness();
  const providers = [
    { provide: ENVIRONMENT, useValue: readEnvironment(gatewayEnvironment, variables) },
    { provide: LOG, useValue: { info: ignore, warn: ignore, error: ignore, debug: ignore } },
    { provide: METRICS, useValue: metrics },
    { provide: SHUTDOWN, useValue: stopping.signal },
    { provide: Messaging, useValue: await Messaging.connect({ url: natsUrl(), name: 'spec' }) },
    { provide: Readiness, useValue: readiness },
  ];
  const exports = providers.map(({ provide }) => provide);
  const runtime = { module: RuntimeOfSpec, global: true, imports: [GatewayModule], providers, exports };
  const app: INestApplicationContext = await NestFactory.createApplicationContext(runtime, {
    logger: false,
    abortOnError: false,
  });
  const stop = async () => {
    stopping.abort();
    await app.close();
  };
  return { replica: app.get(GatewayIdentity).replica, metrics, readiness, stop };
}

@Module({})
class RuntimeOfSpec {}

function ignore(): void {
  // Specs look at what comes back.
}
