import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '@idaemon/persistence';
import { ENVIRONMENT, LOG, Readiness, SHUTDOWN, type Log } from '@idaemon/service-runtime';
import { migrations } from './embedded/migrations/index.js';
import type { GatewayEnvironment } from './gateway-environment.js';

/** `Database` of the readers: their slow queries keep no writer from a connection. */
export const READING = Symbol('idaemon:reading');
/** Of the readers' pool: what runs longer is cancelled, before the asker gives up. */
const readLimitMs = 8_000;
/** A commit removes all that is gone in one transaction, which may be most of a large store. */
const writeLimitMs = 30 * 60_000;
export const readersAtOnce = 4;

/** The gateway's schema: waits for Postgres, migrates, closes last. */
@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [ENVIRONMENT, SHUTDOWN, LOG, Readiness],
      useFactory: openForWriting,
    },
    {
      provide: READING,
      inject: [ENVIRONMENT, SHUTDOWN, LOG, Database],
      useFactory: (environment: GatewayEnvironment, shutdown: AbortSignal, log: Log) =>
        open(environment, shutdown, log, { isReading: true }),
    },
  ],
  exports: [Database, READING],
})
export class GatewayDatabaseModule implements OnApplicationShutdown {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(READING) private readonly reading: Database,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.database.close(), this.reading.close()]);
  }
}

async function openForWriting(
  environment: GatewayEnvironment,
  shutdown: AbortSignal,
  log: Log,
  readiness: Readiness,
): Promise<Database> {
  readiness.set('postgres', () => 'It has not been reached yet');
  const database = await open(environment, shutdown, log, { isReading: false });
  readiness.set('postgres', async () => {
    await database.row('select 1');
    return undefined;
  });
  return database;
}

function open(
  environment: GatewayEnvironment,
  shutdown: AbortSignal,
  log: Log,
  { isReading }: { isReading: boolean },
): Promise<Database> {
  const { IDAEMON_POSTGRES_URL: url, IDAEMON_POSTGRES_SCHEMA: schema } = environment;
  const purpose = isReading
    ? { migrations: [], poolSize: readersAtOnce, statementLimitMs: readLimitMs }
    : { migrations, poolSize: environment.IDAEMON_POSTGRES_POOL, statementLimitMs: writeLimitMs };
  const applicationName = `idaemon-gateway-${environment.IDAEMON_GATEWAY}`;
  return Database.open({ url, schema, applicationName, ...purpose }, shutdown, ({ message, action }) =>
    log.warn({ action }, message),
  );
}
