import {
  noCounts,
  toWireError,
  type ConnectorState,
  type IdaemonError,
  type LastRun,
  type ObservedStatus,
  type RunCounts,
  type RunMode,
  type RunReport,
} from '@idaemon/contracts';
import type { Clock } from '../schedule/clock.js';
import type { DueRun } from '../schedule/refresh-queue.js';
import { nextState, type LifecycleEvent } from './connector-lifecycle.js';

interface RunUnderWay {
  run: DueRun;
  startedMs: number;
  counts: () => RunCounts;
}

interface Problem {
  error: IdaemonError;
  nextTryAtMs?: number;
}

/** What an owner observes of one connector; `version` grows with each change that the daemon should hear of. */
export class StatusBoard {
  #state: ConnectorState = 'unassigned';
  #sinceMs: number;
  #problem: Problem | undefined;
  #isStalled = false;
  #underWay: RunUnderWay | undefined;
  readonly #last: Record<RunMode, LastRun | null> = { refresh: null, plan: null };
  #version = 1;

  constructor(
    private readonly clock: Clock,
    private readonly nextRefreshAtMs: () => number | null,
    private readonly onChange: () => void,
  ) {
    this.#sinceMs = clock.wallMs();
  }

  get state(): ConnectorState {
    return this.#state;
  }

  get version(): number {
    return this.#version;
  }

  /** Counts grow without a new version. */
  get isChanging(): boolean {
    return this.#underWay !== undefined;
  }

  move(event: LifecycleEvent, problem?: Problem): void {
    const state = nextState(this.#state, event);
    if (state !== this.#state) this.#sinceMs = this.clock.wallMs();
    this.#state = state;
    this.#isStalled = false;
    // A connector that starts again keeps the reason until it is connected.
    if (event !== 'start') this.#problem = problem;
    this.changed();
  }

  /** What it writes or asks is repeated in vain, whatever it does. True when this is new. */
  stalls(problem: Problem): boolean {
    if (this.#state !== 'running' && this.#state !== 'waiting') return false;
    const isNew = !this.#isStalled;
    this.move('will-retry', problem);
    this.#isStalled = true;
    return isNew;
  }

  /** True when it had stalled, and nothing else has happened since. */
  flows(): boolean {
    if (!this.#isStalled) return false;
    this.move('recovered');
    return true;
  }

  runBegan(run: DueRun, startedMs: number, counts: () => RunCounts): void {
    this.#underWay = { run, startedMs, counts };
    this.changed();
  }

  /** Without a report: it was stopped and goes on elsewhere or later. */
  runEnded(report?: RunReport): void {
    this.#underWay = undefined;
    if (report) {
      const { id, mode, trigger, outcome, startedAt, endedAt, counts } = report;
      this.#last[mode] = { id, trigger, outcome, startedAt, endedAt, counts };
    }
    this.changed();
  }

  /** Something that the status shows has changed elsewhere, e.g. the next refresh. */
  changed(): void {
    this.#version += 1;
    this.onChange();
  }

  snapshot(): ObservedStatus {
    const nextTryAtMs = this.#problem?.nextTryAtMs;
    return {
      state: this.#state,
      since: iso(this.#sinceMs),
      currentRun: this.#underWay ? currentRun(this.#underWay) : null,
      lastRun: this.#last.refresh,
      lastPlan: this.#last.plan,
      nextRefreshAt: isoOrNull(this.nextRefreshAtMs()),
      nextTryAt: isoOrNull(nextTryAtMs ?? null),
      error: this.#problem ? toWireError(this.#problem.error) : null,
    };
  }
}

function currentRun({ run, startedMs, counts }: RunUnderWay): ObservedStatus['currentRun'] {
  const { created, updated, removed, unchanged, failed } = { ...noCounts, ...counts() };
  return {
    id: run.id,
    trigger: run.trigger,
    startedAt: iso(startedMs),
    counts: { created, updated, removed, unchanged, failed },
  };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function isoOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : iso(timeMs);
}
