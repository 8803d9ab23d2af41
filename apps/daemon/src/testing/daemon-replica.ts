/** For integration specs: a replica of the daemon without its REST, on a database and a NATS server of the test run. */
import 'reflect-metadata';
import { Global, Module, type DynamicModule, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Messaging } from '@idaemon/messaging';
import { createMetrics } from '@idaemon/metrics';
import { Database } from '@idaemon/persistence';
import { ENVIRONMENT, LOG, METRICS, SHUTDOWN } from '@idaemon/service-runtime';
import { daemonMigrations } from '../migrations/index.js';
import { OwnershipModule, ownershipProviders } from '../ownership/ownership.module.js';

export interface DaemonReplica {
  get<T>(token: Type<T>): T;
  database: Database;
  messaging: Messaging;
  /** A clean stop. */
  stop(): Promise<void>;
  /** As if the process were killed: nothing is given back. */
  kill(): Promise<void>;
}

export interface DaemonReplicaOptions {
  postgresUrl: string;
  natsUrl: string;
  /** False: the spec takes the steps of its loops by itself. */
  hasLoops: boolean;
  /** Default 6 s. */
  leaseMs?: number;
  /** Default 15 s. */
  statementLimitMs?: number;
  /** Whatever is logged as a warning or an error. */
  onLog?: (level: string, ...line: unknown[]) => void;
}

@Global()
@Module({})
class RuntimeStandIn {}

@Module({ providers: ownershipProviders })
class OwnershipWithoutLoops {}

export async function startDaemonReplica(options: DaemonReplicaOptions): Promise<DaemonReplica> {
  const ending = new AbortController();
  const database = await openDatabase(options);
  const messaging = await Messaging.connect({ url: options.natsUrl, name: 'daemon' });
  const runtime = runtimeOf(options, { database, messaging, signal: ending.signal });
  const root = {
    module: class DaemonReplicaModule {},
    imports: [runtime, options.hasLoops ? OwnershipModule : OwnershipWithoutLoops],
  };
  const context = await NestFactory.createApplicationContext(root, { logger: false });
  const close = async () => {
    await messaging.close();
    await database.close();
  };
  return {
    get: (token) => context.get(token, { strict: false }),
    database,
    messaging,
    stop: async () => {
      await context.close();
      await close();
    },
    kill: async () => {
      await messaging.close();
      await database.close();
      await stopQuietly(context, ending);
    },
  };
}

function runtimeOf(
  { onLog = () => undefined, leaseMs = 6_000 }: DaemonReplicaOptions,
  { database, messaging, signal }: { database: Database; messaging: Messaging; signal: AbortSignal },
): DynamicModule {
  const log = {
    info: () => undefined,
    warn: (...line: unknown[]) => onLog('warn', ...line),
    error: (...line: unknown[]) => onLog('error', ...line),
  };
  const environment = {
    IDAEMON_LEASE: leaseMs,
    IDAEMON_RUN_RETENTION: 30 * 86_400_000,
    IDAEMON_AUDIT_RETENTION: 400 * 86_400_000,
  };
  const providers = [
    { provide: Database, useValue: database },
    { provide: Messaging, useValue: messaging },
    { provide: METRICS, useValue: createMetrics('daemon') },
    { provide: LOG, useValue: log },
    { provide: SHUTDOWN, useValue: signal },
    { provide: ENVIRONMENT, useValue: environment },
  ];
  return { module: RuntimeStandIn, providers, exports: providers.map(({ provide }) => provide) };
}

function openDatabase({ postgresUrl, statementLimitMs }: DaemonReplicaOptions): Promise<Database> {
  const options = {
    url: postgresUrl,
    statementLimitMs,
    schema: 'daemon',
    migrations: daemonMigrations,
    applicationName: 'daemon-spec',
    settings: { random_page_cost: '1.1' },
  };
  return Database.open(options, AbortSignal.timeout(30_000));
}

async function stopQuietly(context: INestApplicationContext, ending: AbortController): Promise<void> {
  ending.abort();
  await context.close();
}
