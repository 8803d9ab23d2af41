import { Inject, Injectable } from '@nestjs/common';
import { gatewayMessages, type CollectedReport } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import type { Metrics } from '@idaemon/metrics';
import { Database, isUnavailable } from '@idaemon/persistence';
import { LOG, METRICS, type Log } from '@idaemon/service-runtime';
import { RunReportRepository } from './run-report.repository.js';

const limit = 200;

/** Fetches run reports from every declared gateway; they wait there until they are stored here. */
@Injectable()
export class RunCollector {
  /** Gateways that are being asked now; true when there is more to ask. */
  readonly #underWay = new Map<string, boolean>();

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(RunReportRepository) private readonly reports: RunReportRepository,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Asks all gateways, a slow one without the others waiting for it the next time. Never throws. */
  async collectAll(signal: AbortSignal): Promise<void> {
    try {
      const gateways = await this.database.rows<{ name: string }>('select name from gateway_document');
      await Promise.all(gateways.map(({ name }) => this.#visit(name, signal)));
    } catch (error) {
      this.log.warn({ error }, 'Run reports wait for Postgres');
    }
  }

  async #visit(gateway: string, signal: AbortSignal): Promise<void> {
    if (this.#underWay.has(gateway)) {
      this.#underWay.set(gateway, true);
      return;
    }
    do {
      this.#underWay.set(gateway, false);
      await this.#collect(gateway, signal);
    } while (this.#underWay.get(gateway) && !signal.aborted);
    this.#underWay.delete(gateway);
  }

  async #collect(gateway: string, signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted && (await this.#page(gateway, signal)));
    } catch (error) {
      // A gateway that is away keeps its reports.
      if (!signal.aborted && !isUnavailable(error)) {
        this.log.error({ gateway, error }, 'Run reports could not be collected; they are asked for again');
      }
    }
  }

  /** True when there may be more. */
  async #page(gateway: string, signal: AbortSignal): Promise<boolean> {
    const { reports } = await this.messaging.request(
      gatewayMessages.collectRuns,
      { gateway },
      { limit },
      { signal },
    );
    if (reports.length === 0) return false;
    await this.reports.store(gateway, reports);
    for (const { outcome } of reports) this.metrics.daemonRuns.inc({ outcome });
    await this.messaging.request(gatewayMessages.acknowledgeRuns, { gateway }, receiptOf(reports), {
      signal,
    });
    return true;
  }
}

/** Without revisions at a gateway that names none: it is of an older version. */
function receiptOf(reports: readonly CollectedReport[]): { ids: string[]; revisions?: string[] } {
  const ids = reports.map(({ id }) => id);
  const revisions = reports.flatMap(({ revision }) => revision ?? []);
  return revisions.length === ids.length ? { ids, revisions } : { ids };
}
