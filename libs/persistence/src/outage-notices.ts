import { SystemUnavailableError } from '@idaemon/contracts';
import { isUnavailable } from './database-errors.js';

const quietMs = 60_000;

/** Tells of an outage when it begins, and once a minute: every statement fails with it. */
export class OutageNotices {
  #lastMs = -Infinity;

  constructor(
    private readonly onOutage: (error: SystemUnavailableError) => void = () => undefined,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** The same error. */
  noticed(error: unknown): unknown {
    if (!(error instanceof SystemUnavailableError) || !isUnavailable(error)) return error;
    if (this.nowMs() - this.#lastMs < quietMs) return error;
    this.#lastMs = this.nowMs();
    this.onOutage(error);
    return error;
  }
}
