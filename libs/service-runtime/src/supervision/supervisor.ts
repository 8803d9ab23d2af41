import { exitCodes } from '../bootstrap/process-end.js';
import type { Log } from '../bootstrap/log.js';
import { BackOff } from '../schedule/back-off.js';
import type { Clock } from '../schedule/clock.js';

/** A process that does the work; the supervisor owns the socket that it listens on. */
export interface Worker {
  /** Of the process. */
  readonly pid: number | undefined;
  /** Resolves when it takes connections; never, if it ends before. */
  readonly listening: Promise<void>;
  /** Resolves with the code when it has ended. */
  readonly ended: Promise<number>;
  /** Asks it to answer what it has and to end: another one takes what is new. */
  leave(): void;
  /** Asks it to stop in order. */
  stop(): void;
}

/** `late`: it listens only once it can answer. */
export type Fork = (listens: 'early' | 'late') => Worker;

export interface SupervisorOptions {
  fork: Fork;
  clock: Clock;
  log: Log;
  /** Ends the supervisor itself. */
  exit: (code: number) => void;
}

/** A successor that does not listen by then is given up; the old one stays. */
const successorDeadlineMs = 60_000;
/** One that ran for so long has not failed at its start. */
const steadyMs = 60_000;

/** Keeps one worker at work, and replaces it without a gap when asked. */
export class Supervisor {
  #current: Worker | undefined;
  /** Those that are still there: the current one, one that starts, those that leave. */
  readonly #living = new Set<Worker>();
  readonly #backOff = new BackOff({ firstMs: 500, longestMs: 30_000 });
  #isStopping = false;
  #rolling: Promise<void> | undefined;
  #startedAtMs = 0;

  constructor(private readonly options: SupervisorOptions) {}

  start(): void {
    this.#current = this.#fork('early');
    this.#startedAtMs = this.options.clock.monotonicMs();
    void this.#watch(this.#current);
  }

  /** The new worker listens before the old one leaves. A second call waits for the first. */
  roll(): Promise<void> {
    this.#rolling ??= this.#roll().finally(() => (this.#rolling = undefined));
    return this.#rolling;
  }

  /** Ends with the code of the last worker. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const living = [...this.#living];
    for (const worker of living) worker.stop();
    const codes = await Promise.all(living.map(({ ended }) => ended));
    this.options.exit(Math.max(exitCodes.ok, ...codes));
  }

  async #roll(): Promise<void> {
    const old = this.#current;
    if (this.#isStopping || !old) return;
    const { log } = this.options;
    const successor = this.#fork('late');
    if (!(await this.#listens(successor))) {
      log.error({ worker: successor.pid }, 'The successor does not come up; the worker stays');
      successor.stop();
      return;
    }
    this.#current = successor;
    this.#startedAtMs = this.options.clock.monotonicMs();
    void this.#watch(successor);
    old.leave();
    await old.ended;
    log.info({ worker: old.pid }, 'The worker has left');
  }

  #listens(worker: Worker): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.options.clock.after(successorDeadlineMs, () => resolve(false));
      const settle = (isListening: boolean) => {
        cancel();
        resolve(isListening);
      };
      void worker.listening.then(() => settle(true));
      void worker.ended.then(() => settle(false));
    });
  }

  /** One that ends by itself, while it is the current one, is replaced; not when only a person can help. */
  async #watch(worker: Worker): Promise<void> {
    const code = await worker.ended;
    if (this.#isStopping || this.#current !== worker) return;
    const { log, clock, exit } = this.options;
    if (code === exitCodes.configuration) return exit(code);
    if (clock.monotonicMs() - this.#startedAtMs > steadyMs) this.#backOff.reset();
    const delayMs = this.#backOff.nextDelayMs();
    log.error({ worker: worker.pid, code, delayMs }, 'The worker has ended; another one is started');
    clock.after(delayMs, () => {
      if (!this.#isStopping && this.#current === worker) this.start();
    });
  }

  #fork(listens: 'early' | 'late'): Worker {
    const worker = this.options.fork(listens);
    this.options.log.info({ worker: worker.pid }, 'A worker is started');
    this.#living.add(worker);
    void worker.ended.then(() => this.#living.delete(worker));
    return worker;
  }
}
