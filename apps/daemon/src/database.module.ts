import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '@idaemon/persistence';
import { ENVIRONMENT, LOG, Readiness, SHUTDOWN, type Log } from '@idaemon/service-runtime';
import type { DaemonEnvironment } from './daemon-environment.js';
import { daemonMigrations } from './migrations/index.js';

/** The daemon's schema: waits for Postgres, migrates, closes last. */
@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [ENVIRONMENT, SHUTDOWN, LOG, Readiness],
      useFactory: openDatabase,
    },
  ],
  exports: [Database],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(Database) private readonly database: Database) {}

  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}

async function openDatabase(
  environment: DaemonEnvironment,
  shutdown: AbortSignal,
  log: Log,
  readiness: Readiness,
): Promise<Database> {
  readiness.set('postgres', () => 'It has not been reached yet');
  const database = await Database.open(
    {
      url: environment.IDAEMON_POSTGRES_URL,
      schema: 'daemon',
      migrations: daemonMigrations,
      applicationName: 'idaemon-daemon',
      poolSize: environment.IDAEMON_POSTGRES_POOL,
      // Heartbeats read the few rows of one instance: by index, also where Postgres still reckons with spinning disks.
      settings: { random_page_cost: '1.1' },
    },
    shutdown,
    ({ message, action }) => log.warn({ action }, message),
  );
  readiness.set('postgres', async () => {
    await database.row('select 1');
    return undefined;
  });
  return database;
}
