/** The receiving side in the process of a spec, on a real port, a database and a NATS server of its own. */
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { daemonMessages, events, type SenderKey } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { createMetrics, type Metrics } from '@idaemon/metrics';
import { Database } from '@idaemon/persistence';
import { ENVIRONMENT, LOG, METRICS, Readiness, SHUTDOWN, type Log } from '@idaemon/service-runtime';
import { pino } from 'pino';
import { interruptibleProxy } from '../../../../tools/launcher/interruptible-proxy.mjs';
import { freshDatabase, freshNats } from '../../../../tools/launcher/testing.mjs';
import { LineageDatabaseModule } from '../lineage-database.module.js';
import { lineageEnvironment } from '../lineage-environment.js';
import { ReceivingModule } from '../receive/receiving.module.js';

export interface ReceivingServers {
  databaseUrl: string;
  natsUrl: string;
  drop(): Promise<void>;
}

export interface ReceivingApp {
  url: string;
  /** Between the app and Postgres. */
  postgres: Awaited<ReturnType<typeof interruptibleProxy>>;
  /** Not through the proxy. */
  database: Database;
  metrics: Metrics;
  logged: string[];
  /** As the process does when it is asked to stop: what is under way goes on. */
  beginToStop(): void;
  close(): Promise<void>;
}

@Module({})
class SurroundingModule {}

export async function receivingServers(): Promise<ReceivingServers> {
  const [database, nats] = await Promise.all([freshDatabase(), freshNats()]);
  const drop = async () => {
    await Promise.all([database.drop(), nats.drop()]);
  };
  return { databaseUrl: database.url, natsUrl: nats.url, drop };
}

export async function startReceiving(
  { databaseUrl, natsUrl }: ReceivingServers,
  variables: Record<string, string> = {},
): Promise<ReceivingApp> {
  const postgres = await interruptibleProxy(databaseUrl);
  const messaging = await Messaging.connect({ url: natsUrl, name: 'receiving-spec' });
  const stopping = new AbortController();
  const metrics = createMetrics('lineage-integrator');
  const logged: string[] = [];
  const given = lineageEnvironment.parse({ IDAEMON_POSTGRES_URL: postgres.url, ...variables });
  const app = await NestFactory.create<NestFastifyApplication>(
    around({
      environment: { IDAEMON_HOST: '127.0.0.1', ...given },
      messaging,
      metrics,
      log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
      signal: stopping.signal,
    }),
    new FastifyAdapter(),
    { logger: ['error', 'fatal'], abortOnError: false },
  );
  await app.listen(0, '127.0.0.1');
  const database = await Database.open(
    { url: databaseUrl, schema: 'lineage', migrations: [], applicationName: 'spec', poolSize: 2 },
    AbortSignal.timeout(10_000),
  );
  const close = async () => {
    stopping.abort();
    await postgres.mend();
    await app.close();
    await database.close();
    await messaging.close();
    await postgres.cut();
  };
  const url = await app.getUrl();
  return { url, postgres, database, metrics, logged, beginToStop: () => stopping.abort(), close };
}

/** A daemon that only knows sender keys. */
export async function daemonWithKeys(natsUrl: string) {
  const messaging = await Messaging.connect({ url: natsUrl, name: 'daemon-stand-in' });
  let keys: SenderKey[] = [];
  let revision = 0;
  const listening = messaging.respond(daemonMessages.senderKeys, {}, async () => ({
    revision,
    items: keys,
    next: null,
  }));
  return {
    /** `isTold`: without it the intake does not learn that something has changed. */
    set(next: SenderKey[], { isTold = true } = {}): void {
      keys = next;
      revision += 1;
      if (isTold) messaging.publish(events.senderKeysChanged, {}, { revision });
    },
    goAway: () => listening.unsubscribe(),
    close: () => messaging.close(),
  };
}

function around(runtime: {
  environment: unknown;
  messaging: Messaging;
  metrics: Metrics;
  log: Log;
  signal: AbortSignal;
}): DynamicModule {
  const providers = [
    { provide: ENVIRONMENT, useValue: runtime.environment },
    { provide: LOG, useValue: runtime.log },
    { provide: METRICS, useValue: runtime.metrics },
    { provide: SHUTDOWN, useValue: runtime.signal },
    { provide: Messaging, useValue: runtime.messaging },
    { provide: Readiness, useValue: new Readiness() },
  ];
  const exports = providers.map(({ provide }) => provide);
  const imports = [LineageDatabaseModule, ReceivingModule];
  return { module: SurroundingModule, global: true, imports, providers, exports };
}
