import type { Log } from './log.js';

/** Exit codes of `sysexits.h`, where they fit. */
export const exitCodes = { ok: 0, failure: 1, stuck: 70, configuration: 78 } as const;

export interface ProcessEndOptions {
  log: Log;
  timeoutMs: number;
  /** Ends the process; passed in for specs. */
  exit: (code: number) => void;
}

/** The one way out: stops everything in order within a deadline, then exits. */
export class ProcessEnd {
  readonly #stopping = new AbortController();
  readonly #steps: (() => Promise<void> | void)[] = [];

  constructor(private readonly options: ProcessEndOptions) {}

  /** Aborts when the process begins to stop. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Adds a step to the orderly stop; the last one that was added goes first. */
  before(step: () => Promise<void> | void): void {
    this.#steps.unshift(step);
  }

  /** Begins to stop; a second call ends the process at once. */
  request(reason: string, code: number = exitCodes.ok, timeoutMs: number = this.options.timeoutMs): void {
    if (this.#stopping.signal.aborted) return this.options.exit(code || exitCodes.failure);
    this.options.log.info({ reason }, 'Stopping');
    this.#stopping.abort(new Error(`The process stops: ${reason}`));
    void this.#stop(code, timeoutMs);
  }

  async #stop(code: number, timeoutMs: number): Promise<void> {
    const { log, exit } = this.options;
    const timer = setTimeout(() => {
      log.error({ timeoutMs }, 'The orderly stop took too long; ending now');
      exit(code || exitCodes.failure);
    }, timeoutMs);
    for (const step of this.#steps) {
      await Promise.resolve(step()).catch((error: unknown) =>
        log.error({ error }, 'A step of the stop failed'),
      );
    }
    clearTimeout(timer);
    log.info('Stopped');
    exit(code);
  }
}

/** Signals stop the process in order; an error that nobody caught is logged once and ends it. */
export function endOnSignals(end: ProcessEnd, log: Log, process: NodeJS.Process): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => end.request(signal));
  }
  process.on('uncaughtException', (error) => {
    log.fatal({ error }, 'An error that nobody caught ends the process');
    process.exit(exitCodes.failure);
  });
}
