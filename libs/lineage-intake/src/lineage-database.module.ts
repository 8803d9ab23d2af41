import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '@idaemon/persistence';
import { ENVIRONMENT, LOG, Readiness, SHUTDOWN, type Log } from '@idaemon/service-runtime';
import type { LineageEnvironment } from './lineage-environment.js';
import { lineageMigrations } from './migrations/index.js';

/** `Database` of the receiving side: folding and dispatching keep no request from a connection. */
export const APPENDING = Symbol('idaemon:lineage-appending');

/** Two groups under way, and one connection for what is asked beside them. */
const appendConnections = 3;
/** A sender waits a few seconds at most: a Postgres that fell silent is noticed well within its next try. */
const appendLimits = { statementLimitMs: 10_000, silenceMs: 2_000, isPrepared: true };

/** Schema `lineage`: waits for Postgres, migrates, closes last. `Database` is for all but the receiving side. */
@Global()
@Module({
  providers: [
    { provide: Database, inject: [ENVIRONMENT, SHUTDOWN, LOG, Readiness], useFactory: openDatabase },
    { provide: APPENDING, inject: [ENVIRONMENT, SHUTDOWN, LOG, Database], useFactory: openForAppending },
  ],
  exports: [Database, APPENDING],
})
export class LineageDatabaseModule implements OnApplicationShutdown {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(APPENDING) private readonly appending: Database,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.database.close(), this.appending.close()]);
  }
}

async function openDatabase(
  environment: LineageEnvironment,
  shutdown: AbortSignal,
  log: Log,
  readiness: Readiness,
): Promise<Database> {
  readiness.set('postgres', () => 'It has not been reached yet');
  const database = await Database.open(
    {
      ...where(environment),
      migrations: lineageMigrations,
      poolSize: environment.IDAEMON_POSTGRES_POOL,
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

function openForAppending(
  environment: LineageEnvironment,
  shutdown: AbortSignal,
  log: Log,
): Promise<Database> {
  return Database.open(
    { ...where(environment), migrations: [], poolSize: appendConnections, ...appendLimits },
    shutdown,
    ({ message, action }) => log.warn({ action }, message),
  );
}

function where(environment: LineageEnvironment) {
  return {
    url: environment.IDAEMON_POSTGRES_URL,
    schema: 'lineage',
    applicationName: 'idaemon-lineage-integrator',
  };
}
