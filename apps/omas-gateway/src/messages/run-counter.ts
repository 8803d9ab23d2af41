import type { RunReport } from '@idaemon/contracts';
import type { Metrics } from '@idaemon/metrics';

/** Commits are answered again when they are asked again: each run is counted once, of so many that are remembered. */
const maxRemembered = 1_000;

/** Counts runs and what they changed. */
export class RunCounter {
  readonly #counted = new Set<string>();

  constructor(private readonly metrics: Metrics) {}

  count(report: RunReport): void {
    if (this.#counted.has(report.id)) return;
    if (this.#counted.size >= maxRemembered) this.#counted.clear();
    this.#counted.add(report.id);
    this.metrics.gatewayRuns.inc({ outcome: report.outcome });
    if (report.mode === 'plan') return;
    for (const [change, count] of Object.entries({ ...report.counts, held: report.heldRemovals })) {
      this.metrics.gatewayElementChanges.inc({ change }, count);
    }
  }
}
