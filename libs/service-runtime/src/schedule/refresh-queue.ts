import { randomUUID } from 'node:crypto';
import type { Assignment, RunMode, RunTrigger } from '@idaemon/contracts';
import type { Clock } from './clock.js';
import { RefreshSchedule } from './refresh-schedule.js';

/** A run that shall begin now. */
export interface DueRun {
  id: string;
  mode: RunMode;
  trigger: RunTrigger;
  approves?: string;
  /** Asked for by a person: goes before the others. */
  isRequested: boolean;
  /** Since when, in wall-clock milliseconds. */
  dueAtMs: number;
}

type RequestedRun = Assignment['requestedRuns'][number];

/** A suspended machine or a corrected clock makes a schedule late by this at most. */
const longestWaitMs = 60_000;

interface Owed {
  trigger: RunTrigger;
  dueAtMs: number;
}

/**
 * What makes a connector refresh: its schedule, requests of people and of `engage`. One run at a time; whatever is
 * due while one runs is due once after it. Something stays due until a refresh has succeeded.
 */
export class RefreshQueue {
  #schedule = new RefreshSchedule(undefined);
  #nextMs: number | null = null;
  #requested: RequestedRun[] = [];
  #ended = new Set<string>();
  #owed: Owed | undefined;
  #nextId = randomUUID();
  #isFirst = true;
  #cancelTimer: () => void = () => undefined;
  #isStopped = false;

  constructor(
    private readonly clock: Clock,
    /** Called when something may have become due. */
    private readonly onDue: () => void,
  ) {}

  /** Continues the schedule where the last owner left it. `isNew`: another configuration, or a restart: refresh now. */
  plan(schedule: RefreshSchedule, storedMs: number | null, isNew: boolean): void {
    this.#schedule = schedule;
    const nowMs = this.clock.wallMs();
    this.#isFirst = isNew || storedMs === null;
    this.#nextMs = schedule.first(nowMs, isNew ? null : storedMs);
    this.#arm();
  }

  /** The runs that people wait for, as the daemon last told; those that have ended here are not run again. */
  request(runs: readonly RequestedRun[]): void {
    this.#ended = new Set(runs.map(({ id }) => id).filter((id) => this.#ended.has(id)));
    this.#requested = runs.filter(({ id }) => !this.#ended.has(id));
    if (this.#requested.length > 0) this.onDue();
  }

  /** A refresh is due now, e.g. because events were lost. Many before it runs are one. */
  owe(trigger: RunTrigger): void {
    this.#owed ??= { trigger, dueAtMs: this.clock.wallMs() };
    this.onDue();
  }

  /** The run to begin now, if there is one. Asked again before it has ended, it answers the same. */
  due(): DueRun | undefined {
    const [requested] = this.#requested;
    const nowMs = this.clock.wallMs();
    if (requested) return { ...requested, trigger: 'request', isRequested: true, dueAtMs: nowMs };
    const run = { id: this.#nextId, mode: 'refresh', isRequested: false } as const;
    if (this.#owed) return { ...run, ...this.#owed };
    if (this.#nextMs === null || this.#nextMs > nowMs) return undefined;
    return { ...run, trigger: this.#isFirst ? 'start' : 'schedule', dueAtMs: this.#nextMs };
  }

  get hasRequests(): boolean {
    return this.#requested.length > 0;
  }

  /** A run has ended. A refresh that succeeded pays for all that was due when it began. */
  ended(run: DueRun, startedMs: number, hasSucceeded: boolean): void {
    if (run.isRequested) {
      this.#ended.add(run.id);
      this.#requested = this.#requested.filter(({ id }) => id !== run.id);
    } else this.#nextId = randomUUID();
    if (run.mode === 'plan') return;
    if (!hasSucceeded) {
      if (run.isRequested) this.#owed ??= { trigger: 'request', dueAtMs: startedMs };
      return;
    }
    if (this.#owed && this.#owed.dueAtMs <= startedMs) this.#owed = undefined;
    this.#isFirst = false;
    this.#nextMs = this.#schedule.after(startedMs, this.clock.wallMs());
    this.#arm();
  }

  /** For the status: when the next refresh is, or since when one is due. Stored, so that a next owner goes on. */
  get nextRefreshAtMs(): number | null {
    if (!this.#owed) return this.#nextMs;
    return Math.min(this.#owed.dueAtMs, this.#nextMs ?? Infinity);
  }

  /** For good: a run that ends later sets no timer any more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer();
  }

  #arm(): void {
    this.#cancelTimer();
    if (this.#nextMs === null || this.#isStopped) return;
    const delayMs = Math.min(this.#nextMs - this.clock.wallMs(), longestWaitMs);
    this.#cancelTimer = this.clock.after(delayMs, () => {
      const isEarly = this.#nextMs !== null && this.#nextMs > this.clock.wallMs();
      if (isEarly) this.#arm();
      else this.onDue();
    });
  }
}
