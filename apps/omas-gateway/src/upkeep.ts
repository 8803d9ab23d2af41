import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { events } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import type { Metrics } from '@idaemon/metrics';
import { Database } from '@idaemon/persistence';
import { ENVIRONMENT, LOG, METRICS, SHUTDOWN, type Log } from '@idaemon/service-runtime';
import type { EmbeddedWriter } from './embedded/embedded-writer.js';
import { Retention } from './embedded/retention/retention.js';
import { readStoreGauges } from './embedded/retention/store-gauges.js';
import { SearchIndexer } from './embedded/search/search-indexer.js';
import { WRITER } from './embedded-store.module.js';
import type { GatewayEnvironment } from './gateway-environment.js';
import { GatewayIdentity } from './gateway-identity.js';
import { repeat } from './repeat.js';
import { version } from './version.js';

const aliveEveryMs = 5_000;
const gaugesEveryMs = 15_000;
const pruneEveryMs = 10 * 60_000;
const expireEveryMs = 5_000;
const indexEveryMs = 1_000;
/** Indexing gives way to refreshes: searching finds what it has not yet reached. */
const restPerWork = { duringRefreshes: 9, else: 1 };

/** What a gateway does by itself, in rounds, until the process stops. */
@Injectable()
export class Upkeep implements OnApplicationBootstrap {
  constructor(
    @Inject(GatewayIdentity) private readonly identity: GatewayIdentity,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(Database) private readonly database: Database,
    @Inject(WRITER) private readonly writer: EmbeddedWriter,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(ENVIRONMENT) private readonly environment: GatewayEnvironment,
    @Inject(LOG) private readonly log: Log,
    @Inject(SHUTDOWN) private readonly shutdown: AbortSignal,
  ) {}

  onApplicationBootstrap(): void {
    const { database, metrics } = this;
    const indexer = new SearchIndexer(database);
    metrics.beforeRender(() => metrics.gatewaySessions.set(this.writer.sessions));
    this.#repeat('Forgetting sessions that nobody goes on with', expireEveryMs, async () =>
      this.writer.expireSessions(),
    );
    this.#repeat('Saying that it lives', aliveEveryMs, async () => this.#sayAlive());
    this.#repeat('Reading its gauges', gaugesEveryMs, () => readStoreGauges(database, metrics));
    this.#repeat('Indexing for search', indexEveryMs, () => this.#index(indexer));
    this.#repeat('Removing what is old', pruneEveryMs, () => this.#prune());
  }

  #repeat(what: string, pauseMs: number, round: () => Promise<number | void>): void {
    const onFailure = (error: unknown) => this.log.warn({ error }, `${what} failed; it is tried again`);
    const onRecovery = (failures: number) => this.log.info({ failures }, `${what} works again`);
    void repeat({ pauseMs, signal: this.shutdown, onFailure, onRecovery }, round);
  }

  #sayAlive(): void {
    const { gateway, replica } = this.identity;
    this.messaging.publish(events.gatewayAlive, { gateway }, { gateway, replica, version });
  }

  async #index(indexer: SearchIndexer): Promise<number> {
    const begun = performance.now();
    const { isBehind } = await indexer.round();
    const rest = this.writer.sessions > 0 ? restPerWork.duringRefreshes : restPerWork.else;
    return isBehind ? (performance.now() - begun) * rest : indexEveryMs;
  }

  async #prune(): Promise<void> {
    const settings = retentionSettings(this.environment);
    for (const [table, keptMs] of Object.entries(keptTimes(this.environment))) {
      this.metrics.gatewayRetention.set({ table }, keptMs / 1000);
    }
    try {
      const pruned = await new Retention(this.database, settings, () => new Date()).prune(this.shutdown);
      for (const [table, rows] of Object.entries(pruned)) this.metrics.gatewayPrunedRows.inc({ table }, rows);
    } catch (error) {
      this.metrics.gatewayPruneFailures.inc();
      throw error;
    }
  }
}

function retentionSettings(environment: GatewayEnvironment) {
  return {
    versions: environment.IDAEMON_KEEP_VERSIONS,
    changesMs: environment.IDAEMON_KEEP_CHANGES,
    changesRows: environment.IDAEMON_KEEP_CHANGES_ROWS,
    runsMs: environment.IDAEMON_KEEP_RUNS,
    removedVersionsMs: environment.IDAEMON_KEEP_REMOVED,
    deadLettersMs: environment.IDAEMON_KEEP_DEAD_LETTERS,
  };
}

function keptTimes(environment: GatewayEnvironment): Record<string, number> {
  return {
    change_feed: environment.IDAEMON_KEEP_CHANGES,
    run_report: environment.IDAEMON_KEEP_RUNS,
    element_history: environment.IDAEMON_KEEP_REMOVED,
    dead_letter: environment.IDAEMON_KEEP_DEAD_LETTERS,
  };
}
