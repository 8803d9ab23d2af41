import type { EventIssue, ReadEvent } from '@idaemon/open-lineage';
import type { Metrics } from '@idaemon/metrics';

export type Endpoint = 'single' | 'batch';
export type EventResult = 'accepted' | 'malformed' | 'invalid' | 'forbidden';

/** Counts what is received. Counters are kept as numbers here: this is on the way of each event. */
export class IntakeMetrics {
  readonly #events = new Map<
    string,
    { labels: Record<'kind' | 'event_type' | 'result', string>; count: number }
  >();
  readonly #issues = new Map<string, number>();

  constructor(private readonly metrics: Metrics) {
    metrics.beforeRender(() => this.#flush());
  }

  event(read: Pick<ReadEvent, 'kind' | 'eventType'> | undefined, result: EventResult, bytes: number): void {
    const kind = read?.kind ?? 'unknown';
    const type = read?.eventType ?? '';
    const key = `${kind} ${type} ${result}`;
    const found = this.#events.get(key);
    if (found) found.count += 1;
    else this.#events.set(key, { labels: { kind, event_type: type, result }, count: 1 });
    this.metrics.lineageEventSize.observe(bytes);
  }

  issues(severity: 'error' | 'warning', issues: readonly EventIssue[]): void {
    for (const { keyword } of issues) {
      const key = `${severity} ${keyword}`;
      this.#issues.set(key, (this.#issues.get(key) ?? 0) + 1);
    }
  }

  answered(endpoint: Endpoint, code: number, startedMs: number): void {
    const seconds = (performance.now() - startedMs) / 1000;
    this.metrics.lineageRequestDuration.observe({ endpoint, code }, seconds);
  }

  #flush(): void {
    const { lineageEvents, lineageIssues } = this.metrics;
    for (const { labels, count } of this.#events.values()) lineageEvents.inc(labels, count);
    this.#events.clear();
    for (const [key, count] of this.#issues) {
      const [severity = '', code = ''] = key.split(' ');
      lineageIssues.inc({ severity, code }, count);
    }
    this.#issues.clear();
  }
}
