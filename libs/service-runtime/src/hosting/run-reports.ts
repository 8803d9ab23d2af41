import { errorCodes, IdaemonError, type RunReport } from '@idaemon/contracts';
import { BackOff } from '../schedule/back-off.js';
import { pause, type Clock } from '../schedule/clock.js';
import type { GatewaysPort } from './ports.js';

const maxWaiting = 1_000;

export interface RunReportsOptions {
  gateways: Pick<GatewaysPort, 'reportRun'>;
  clock: Clock;
  signal: AbortSignal;
  /** A report was dropped: too many wait since their gateway has been away for long, or (`refusal`) it will never take it. */
  onDropped: (report: RunReport, refusal?: IdaemonError) => void;
}

/** Reports of runs that never had a session, on their way to the gateway. Each gateway has its own bounded queue. */
export class RunReports {
  readonly #waiting = new Map<string, RunReport[]>();
  readonly #sending = new Map<string, Promise<void>>();

  constructor(private readonly options: RunReportsOptions) {}

  add(gateway: string, report: RunReport): void {
    const reports = this.#waiting.get(gateway) ?? [];
    this.#waiting.set(gateway, reports);
    reports.push(report);
    if (reports.length > maxWaiting) this.options.onDropped(reports.shift() ?? report);
    if (this.#sending.has(gateway)) return;
    this.#sending.set(
      gateway,
      this.#send(gateway, reports).finally(() => this.#sending.delete(gateway)),
    );
  }

  /** Resolves when nothing waits. */
  async sent(): Promise<void> {
    await Promise.all(this.#sending.values());
  }

  async #send(gateway: string, reports: RunReport[]): Promise<void> {
    const { gateways, clock, signal } = this.options;
    const backOff = new BackOff({ firstMs: 250, longestMs: 15_000 });
    for (let report = reports[0]; report && !signal.aborted; report = reports[0]) {
      try {
        await gateways.reportRun(gateway, report);
        backOff.reset();
        if (reports[0] === report) reports.shift();
      } catch (error) {
        if (isFinal(error)) {
          this.options.onDropped(report, error);
          if (reports[0] === report) reports.shift();
        } else await pause(clock, backOff.nextDelayMs(), signal);
      }
    }
  }
}

/** One that is refused would be refused for ever, and those behind it would wait. */
function isFinal(error: unknown): error is IdaemonError {
  return error instanceof IdaemonError && errorCodes[error.code].consequence !== 'retry';
}
