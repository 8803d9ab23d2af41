import type { Log } from './log.js';
import { hasTakenStray } from './stray-errors.js';

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

/** What of a process is listened to. */
export type Signals = Pick<NodeJS.Process, 'on'>;

/** Signals stop the process in order, and so does an error that nobody caught, unless it is of somebody who takes it. */
export function endOnSignals(end: ProcessEnd, log: Log, process: Signals): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => end.request(signal));
  }
  // Rejections that nobody handles come here, too.
  process.on('uncaughtException', (error) => {
    if (hasTakenStray(error)) return;
    log.fatal({ error }, 'An error that nobody caught ends the process');
    end.request('an error that nobody caught', exitCodes.failure);
  });
}
