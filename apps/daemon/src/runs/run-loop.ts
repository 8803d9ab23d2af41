import { Inject, Injectable } from '@nestjs/common';
import { events } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { Database } from '@idaemon/persistence';
import { LOG, type Log } from '@idaemon/service-runtime';
import { Leader } from '../ownership/leader.js';
import { WakeableWait } from '../ownership/wakeable-wait.js';
import { Retention } from './retention.js';
import { RunCollector } from './run-collector.js';
import { UnfinishedRunRepository } from './unfinished-run.repository.js';

const collectEveryMs = 5_000;
const pruneEveryMs = 3_600_000;

/** Keeps the history of runs: at each report and every few seconds. Only the leader does, so that it is done once. */
@Injectable()
export class RunLoop {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(Leader) private readonly leader: Leader,
    @Inject(RunCollector) private readonly collector: RunCollector,
    @Inject(UnfinishedRunRepository) private readonly unfinished: UnfinishedRunRepository,
    @Inject(Retention) private readonly retention: Retention,
    @Inject(LOG) private readonly log: Log,
  ) {}

  async run(signal: AbortSignal, nowMs: () => number = Date.now): Promise<void> {
    const wait = new WakeableWait(signal);
    const listening = this.messaging.subscribe(events.runReported, { gateway: '*' }, () => wait.wake());
    let prunedAt = -Infinity;
    while (!signal.aborted) {
      if (this.leader.isLeading) {
        // Not awaited: a gateway that answers late must not delay the others.
        void this.collector.collectAll(signal);
        await this.#settle();
        if (nowMs() - prunedAt >= pruneEveryMs) {
          prunedAt = nowMs();
          await this.retention.prune(signal);
        }
      }
      await wait.for(collectEveryMs);
    }
    listening.unsubscribe();
  }

  async #settle(): Promise<void> {
    try {
      await this.unfinished.settleUnreported(this.database);
    } catch (error) {
      this.log.warn({ error }, 'Unfinished runs could not be looked at; it is tried again');
    }
  }
}
