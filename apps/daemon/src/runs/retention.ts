import { Inject, Injectable } from '@nestjs/common';
import type { Metrics } from '@idaemon/metrics';
import { Database } from '@idaemon/persistence';
import { duration, LOG, METRICS, type Log } from '@idaemon/service-runtime';
import { z } from 'zod';

export const retentionEnvironment = z.object({
  IDAEMON_RUN_RETENTION: duration('30d').describe(
    'how long the history of runs is kept, e.g. 30d (the default)',
  ),
  IDAEMON_AUDIT_RETENTION: duration('400d').describe('how long the audit is kept, e.g. 400d (the default)'),
});

export interface RetentionSettings {
  runMs: number;
  auditMs: number;
}

export const RETENTION_SETTINGS = Symbol('idaemon:retention-settings');

export function retentionSettings(environment: z.output<typeof retentionEnvironment>): RetentionSettings {
  return { runMs: environment.IDAEMON_RUN_RETENTION, auditMs: environment.IDAEMON_AUDIT_RETENTION };
}

/** Rows of one statement: short transactions, whatever has piled up. */
const batch = 5_000;

/** Revisions of what still exists are bounded by their number. */
const isDeleted = `not exists (select 1 from connector c where c.name = document_revision.name)
  and not exists (select 1 from gateway_document g where g.name = document_revision.name)`;
/** The newest of a name checks documents even when nobody hosts it. */
const isSuperseded = `not exists (select 1 from instance_definition i where i.hash = definition.hash)
  and exists (select 1 from definition n where n.service = definition.service and n.name = definition.name
    and n.last_seen_at > definition.last_seen_at)`;

/** Forgets runs, audit entries, documents of what was deleted and replaced definitions after their time. */
@Injectable()
export class Retention {
  readonly #rules: { table: string; old: string; keepMs: number }[];

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(LOG) private readonly log: Log,
    @Inject(RETENTION_SETTINGS) { runMs, auditMs }: RetentionSettings,
  ) {
    this.#rules = [
      { table: 'run', old: `state = 'ended' and ended_at`, keepMs: runMs },
      { table: 'audit', old: 'at', keepMs: auditMs },
      { table: 'document_revision', old: `${isDeleted} and created_at`, keepMs: auditMs },
      { table: 'definition', old: `${isSuperseded} and last_seen_at`, keepMs: auditMs },
    ];
    for (const { table, keepMs } of this.#rules) metrics.daemonRetention.set({ table }, keepMs / 1000);
  }

  /** Never throws: the next round tries again. */
  async prune(signal: AbortSignal): Promise<void> {
    for (const rule of this.#rules) {
      try {
        while (!signal.aborted && (await this.#pruneSome(rule)) === batch);
      } catch (error) {
        this.log.warn({ table: rule.table, error }, 'Old rows could not be removed; it is tried again');
      }
    }
  }

  async #pruneSome({ table, old, keepMs }: { table: string; old: string; keepMs: number }): Promise<number> {
    const rows = await this.database.rows(
      `delete from ${table} where ctid in (
         select ctid from ${table} where ${old} < clock_timestamp() - $1 * interval '1 millisecond' limit ${batch})
       returning 1`,
      [keepMs],
    );
    this.metrics.daemonPrunedRows.inc({ table }, rows.length);
    return rows.length;
  }
}
