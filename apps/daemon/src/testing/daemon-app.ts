/** A whole daemon in the process of a spec, on a database and a NATS server of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Messaging } from '@idaemon/messaging';
import { createMetrics, type Metrics } from '@idaemon/metrics';
import { Database } from '@idaemon/persistence';
import {
  ENVIRONMENT,
  LOG,
  METRICS,
  Readiness,
  Redaction,
  SHUTDOWN,
  type Log,
} from '@idaemon/service-runtime';
import { pino } from 'pino';
import { freshDatabase, freshNats } from '../../../../tools/launcher/testing.mjs';
import { daemonApp, DaemonModule } from '../daemon.module.js';

export const administratorToken = 'token-of-the-administrator';

export interface DaemonApp {
  app: NestFastifyApplication;
  /** For `supertest`. */
  server: ReturnType<NestFastifyApplication['getHttpServer']>;
  database: Database;
  messaging: Messaging;
  databaseUrl: string;
  natsUrl: string;
  home: string;
  metrics: Metrics;
  /** All that was logged, as JSON lines. */
  logged: string[];
  /** Ends the servers; `close` of the first replica does it. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

export interface DaemonAppOptions {
  /** Makes another replica of this daemon, which must be closed first. */
  replicaOf?: DaemonApp;
  environment?: Record<string, unknown>;
}

@Module({})
class SurroundingModule {}

export async function startDaemon(options: DaemonAppOptions = {}): Promise<DaemonApp> {
  const servers = options.replicaOf ?? (await ownServers());
  const { databaseUrl, natsUrl } = servers;
  const home = await mkdtemp(join(tmpdir(), 'idaemon-spec-'));
  const logged: string[] = [];
  const stopping = new AbortController();
  const messaging = await Messaging.connect({ url: natsUrl, name: 'daemon-spec' });
  const environment = environmentOf(databaseUrl, home, options.environment);
  const metrics = createMetrics('daemon');
  const module = surrounding({
    environment,
    messaging,
    metrics,
    log: logInto(logged),
    signal: stopping.signal,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    module,
    new FastifyAdapter({
      bodyLimit: daemonApp.http?.bodyLimitBytes,
      routerOptions: { maxParamLength: 1_000 },
    }),
    { logger: ['error', 'fatal'], abortOnError: false },
  );
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const close = async () => {
    stopping.abort();
    await app.close();
    await messaging.close();
    if (!options.replicaOf) await servers.drop();
    await rm(home, { recursive: true, force: true });
  };
  const database = app.get(Database);
  return { ...servers, app, server: app.getHttpServer(), database, messaging, metrics, home, logged, close };
}

async function ownServers(): Promise<Pick<DaemonApp, 'databaseUrl' | 'natsUrl' | 'drop'>> {
  const [database, nats] = await Promise.all([freshDatabase(), freshNats()]);
  const drop = async () => {
    await Promise.all([database.drop(), nats.drop()]);
  };
  return { databaseUrl: database.url, natsUrl: nats.url, drop };
}

function environmentOf(databaseUrl: string, home: string, more: Record<string, unknown> = {}): unknown {
  const given = { IDAEMON_POSTGRES_URL: databaseUrl, IDAEMON_TOKEN: administratorToken, ...more };
  const own = daemonApp.environment?.parse(given) ?? {};
  return { ...own, IDAEMON_HOME: home, IDAEMON_HOST: '127.0.0.1', IDAEMON_PORT: 0 };
}

function logInto(logged: string[]): Log {
  return pino({ level: 'debug', messageKey: 'message' }, { write: (line) => void logged.push(line) });
}

function surrounding(runtime: {
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
    { provide: Redaction, useValue: new Redaction() },
  ];
  const exports = providers.map(({ provide }) => provide);
  return { module: SurroundingModule, global: true, imports: [DaemonModule], providers, exports };
}
