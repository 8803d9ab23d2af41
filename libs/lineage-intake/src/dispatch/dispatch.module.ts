import {
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Messaging } from '@idaemon/messaging';
import type { Metrics } from '@idaemon/metrics';
import { Database } from '@idaemon/persistence';
import {
  CONTEXT_EXTENSION,
  ENVIRONMENT,
  LOG,
  METRICS,
  Redaction,
  systemClock,
  type ContextExtensionProvider,
  type Log,
} from '@idaemon/service-runtime';
import { FoldNotice } from '../fold/fold-notice.js';
import { FoldPace } from '../fold/fold-pace.js';
import { FoldWorker } from '../fold/fold-worker.js';
import type { LineageEnvironment } from '../lineage-environment.js';
import { EventLog } from '../log/event-log.js';
import { LogModule } from '../log/log.module.js';
import { answerRequests } from './answer-requests.js';
import { openLineageProvider } from './open-lineage-context.js';
import { keepUp } from './upkeep.js';

/** Folds the log, looks after what comes of it and answers for it, as long as the app runs. */
@Injectable()
class FoldAndDispatch implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #stopping = new AbortController();
  #work: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(EventLog) private readonly events: EventLog,
    @Inject(FoldNotice) private readonly notice: FoldNotice,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
    @Inject(ENVIRONMENT) private readonly environment: LineageEnvironment,
  ) {}

  onApplicationBootstrap(): void {
    const { database, metrics, log, environment, notice } = this;
    const { signal } = this.#stopping;
    const onFolded = () => notice.folded();
    const pace = new FoldPace(() => this.events.isPressed, systemClock);
    const options = { database, metrics, log, clock: systemClock, onFolded, pace };
    // One parses while the other waits for Postgres.
    const workers = [new FoldWorker(options), new FoldWorker({ ...options, isHelper: true })];
    const wake = () => workers.forEach((worker) => worker.wake());
    this.events.onGrown(wake, signal);
    const upkeep = keepUp(
      {
        ...{ database, metrics, log, clock: systemClock },
        runs: {
          runsPerJob: environment.IDAEMON_LINEAGE_KEEP_RUNS_PER_JOB,
          keepMs: environment.IDAEMON_LINEAGE_KEEP_RUNS,
        },
        deadLettersMs: environment.IDAEMON_LINEAGE_KEEP_DEAD_LETTERS,
      },
      signal,
    );
    answerRequests(this.messaging, database, () => notice.folded());
    this.#work = Promise.all([upkeep, ...workers.map((worker) => worker.run(signal))]);
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopping.abort(new Error('The process stops'));
    await this.#work;
  }
}

@Module({
  imports: [LogModule],
  providers: [
    FoldNotice,
    FoldAndDispatch,
    {
      provide: CONTEXT_EXTENSION,
      inject: [Database, EventLog, FoldNotice, METRICS, Redaction],
      useFactory: (
        database: Database,
        events: EventLog,
        notice: FoldNotice,
        metrics: Metrics,
        redaction: Redaction,
      ): ContextExtensionProvider =>
        openLineageProvider({
          ...{ database, metrics, redaction, clock: systemClock },
          append: (added) => events.append(added),
          onGrown: (call, until) => events.onGrown(call, until),
          onFolded: (call, until) => notice.onFolded(call, until),
        }),
    },
  ],
  exports: [CONTEXT_EXTENSION],
})
export class DispatchModule {}
