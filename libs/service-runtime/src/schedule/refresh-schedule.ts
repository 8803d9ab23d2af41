import { Cron } from 'croner';
import { ConfigurationError, parseDuration, type Schedule } from '@idaemon/contracts';

const longestJitterMs = 30_000;

/** When a connector refreshes by itself. Pure arithmetic on wall-clock milliseconds; the waiting is `RefreshQueue`'s. */
export class RefreshSchedule {
  readonly #cron: Cron | undefined;
  readonly #intervalMs: number | undefined;
  readonly #startMs: number;
  readonly #stopMs: number;

  constructor(
    schedule: Schedule | undefined,
    private readonly random: () => number = Math.random,
  ) {
    this.#cron = schedule?.cron ? cronOf(schedule.cron, schedule.timeZone) : undefined;
    this.#intervalMs = schedule?.every ? parseDuration(schedule.every) : undefined;
    this.#startMs = schedule?.startDate ? Date.parse(schedule.startDate) : -Infinity;
    this.#stopMs = schedule?.stopDate ? Date.parse(schedule.stopDate) : Infinity;
  }

  /** The first time of an owner: what the last owner had stored, else now. A time that was missed is due once. */
  first(nowMs: number, storedMs: number | null): number | null {
    if (storedMs !== null && storedMs <= nowMs) return this.#within(nowMs);
    if (!this.#isScheduled) return null;
    const next = this.#within(storedMs ?? nowMs);
    const latest = this.after(nowMs, nowMs);
    return next === null || latest === null ? next : Math.min(next, Math.max(latest, this.#startMs));
  }

  /** The time that follows a refresh which began at `startedMs`; one that was missed meanwhile is due at once. */
  after(startedMs: number, nowMs: number): number | null {
    if (this.#intervalMs !== undefined) {
      const jitterMs = this.random() * Math.min(this.#intervalMs / 20, longestJitterMs);
      return this.#within(Math.max(startedMs + this.#intervalMs + jitterMs, nowMs));
    }
    const next = this.#cron?.nextRun(new Date(startedMs))?.getTime();
    return next === undefined ? null : this.#within(Math.max(next, nowMs));
  }

  get #isScheduled(): boolean {
    return this.#cron !== undefined || this.#intervalMs !== undefined;
  }

  #within(timeMs: number): number | null {
    const next = Math.round(Math.max(timeMs, this.#startMs));
    return next > this.#stopMs ? null : next;
  }
}

function cronOf(pattern: string, timeZone = 'UTC'): Cron {
  try {
    const cron = new Cron(pattern, { timezone: timeZone, paused: true });
    cron.nextRun();
    return cron;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be read';
    const isZone = /time ?zone/i.test(reason);
    const path = isZone ? 'schedule.timeZone' : 'schedule.cron';
    throw new ConfigurationError(`${path} is not valid: ${reason}`, {
      errors: [{ path, message: reason }],
      cause: error,
    });
  }
}
