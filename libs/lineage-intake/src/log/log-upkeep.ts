import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Metrics } from '@idaemon/metrics';
import { Database } from '@idaemon/persistence';
import { ENVIRONMENT, LOG, METRICS, SHUTDOWN, type Log } from '@idaemon/service-runtime';
import type { LineageEnvironment } from '../lineage-environment.js';
import { LogRetention } from './log-retention.js';

const roundEveryMs = 60_000;

/** Keeps the log within its time and its size, and says how large it is. */
@Injectable()
export class LogUpkeep implements OnApplicationBootstrap {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ENVIRONMENT) private readonly environment: LineageEnvironment,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
    @Inject(SHUTDOWN) private readonly shutdown: AbortSignal,
  ) {}

  onApplicationBootstrap(): void {
    void this.#repeat();
  }

  async #repeat(): Promise<void> {
    const { IDAEMON_LINEAGE_KEEP_EVENTS: keptMs, IDAEMON_LINEAGE_KEEP_BYTES: keptBytes } = this.environment;
    const retention = new LogRetention(this.database, { keptMs, keptBytes }, () => new Date());
    this.metrics.lineageRetention.set(keptMs / 1000);
    while (!this.shutdown.aborted) {
      await this.#round(retention);
      await wait(roundEveryMs, undefined, { signal: this.shutdown }).catch(() => undefined);
    }
  }

  async #round(retention: LogRetention): Promise<void> {
    try {
      this.metrics.lineagePrunedEvents.inc(await retention.prune(this.shutdown));
      const { bytes, oldestAt } = await retention.state();
      this.metrics.lineageLogBytes.set(bytes);
      this.metrics.lineageOldestEvent.set((oldestAt?.getTime() ?? 0) / 1000);
    } catch (error) {
      if (!this.shutdown.aborted) this.log.warn({ error }, 'Removing old events failed; it is tried again');
    }
  }
}
