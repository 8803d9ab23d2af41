import { Global, Module } from '@nestjs/common';
import type { Metrics } from '@idaemon/metrics';
import type { Database } from '@idaemon/persistence';
import { ENVIRONMENT, LOG, METRICS, type Log } from '@idaemon/service-runtime';
import { APPENDING, LineageDatabaseModule } from '../lineage-database.module.js';
import type { LineageEnvironment } from '../lineage-environment.js';
import { EventLog } from './event-log.js';
import { LogUpkeep } from './log-upkeep.js';

@Global()
@Module({
  imports: [LineageDatabaseModule],
  providers: [
    { provide: EventLog, inject: [APPENDING, ENVIRONMENT, METRICS, LOG], useFactory: openLog },
    LogUpkeep,
  ],
  exports: [EventLog],
})
export class LogModule {}

function openLog(database: Database, environment: LineageEnvironment, metrics: Metrics, log: Log): EventLog {
  let duplicates = 0;
  metrics.beforeRender(() => {
    metrics.lineageDuplicates.inc(duplicates);
    duplicates = 0;
  });
  return new EventLog(database, {
    waitMs: environment.IDAEMON_LINEAGE_WAIT,
    onCommit: (events, added) => {
      metrics.lineageCommitEvents.observe(events);
      duplicates += events - added;
    },
    onFailure: (error) => log.warn({ error }, 'Events cannot be stored at the moment; it is tried again'),
  });
}
