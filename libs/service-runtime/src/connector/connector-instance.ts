import {
  IdaemonError,
  type Assignment,
  type ConnectorConfiguration,
  type Fence,
  type StatusReport,
} from '@idaemon/contracts';
import { inNameOf, type StrayErrorOwner } from '../bootstrap/stray-errors.js';
import type { HostEnvironment } from '../hosting/host-environment.js';
import { Lease } from '../hosting/lease.js';
import { BackOff } from '../schedule/back-off.js';
import { pause } from '../schedule/clock.js';
import { RefreshQueue } from '../schedule/refresh-queue.js';
import { RefreshSchedule } from '../schedule/refresh-schedule.js';
import { Wake } from '../schedule/wake.js';
import {
  claimConnector,
  closeConnection,
  definitionOf,
  NotBegunError,
  openConnection,
  unlessAway,
  type ClaimedConnector,
  type Connection,
} from './connection.js';
import { LogMemory } from './connector-log.js';
import { work } from './connector-work.js';
import { consequenceOf, explainFailure } from './explain-failure.js';
import type { InstanceContext } from './instance-context.js';
import { IgnoresAbortError } from './obedience.js';
import { failedReport } from './refresh-run.js';
import { StatusBoard } from './status-board.js';

export interface InstanceListener {
  /** The daemon should hear of its status. */
  onStatus(): void;
  /** Its code ignores abort: the process has to end. */
  onStuck(instance: ConnectorInstance): void;
  /** Ownership is lost; it has stopped by itself. */
  onLost(instance: ConnectorInstance, error: IdaemonError): void;
}

/** An instance that had no stray error for this long begins its back-off anew. */
const strayMemoryMs = 600_000;

/** One assigned connector (shard): follows what is wanted, keeps it connected, refreshed and engaged, until stopped. */
export class ConnectorInstance implements InstanceContext, StrayErrorOwner {
  readonly fence: Fence;
  readonly lease: Lease;
  readonly status: StatusBoard;
  readonly logs: LogMemory;
  readonly queue: RefreshQueue;
  /** The gateway that has accepted the claim, and can confirm it while the daemon is away. */
  claimedAt: string | undefined;

  readonly #due = new Wake();
  readonly #changed = new Wake();
  readonly #stopping = new AbortController();
  readonly #backOff = new BackOff();
  /** Our own parts come back soon, and being asked costs them little. */
  readonly #shortBackOff = new BackOff({ firstMs: 250, longestMs: 5_000 });
  /** Connecting again says nothing of what happens later beside it. */
  readonly #strayBackOff = new BackOff();
  #lastStrayMs = -Infinity;
  #stray: { error: unknown; wasRefreshing: boolean } | undefined;
  #isOver = false;
  #assignment: Assignment;
  #cycle = new AbortController();
  #rest = new AbortController();
  /** The revision and restart that the schedule was planned for. */
  #planned: StatusReport['planned'];
  #configuration: { revision: number; content: ConnectorConfiguration } | undefined;
  #life: Promise<void> = Promise.resolve();

  constructor(
    readonly environment: HostEnvironment,
    assignment: Assignment,
    private readonly listener: InstanceListener,
  ) {
    const { connector, shard, epoch } = assignment;
    const { log, redaction, clock } = environment;
    const onStatus = () => listener.onStatus();
    this.#assignment = assignment;
    this.fence = { connector, shard, epoch };
    this.lease = new Lease(clock);
    this.queue = new RefreshQueue(clock, () => this.#due.ring());
    this.status = new StatusBoard(clock, () => this.queue.nextRefreshAtMs, onStatus);
    this.logs = new LogMemory({ log: log.child({ connector }), redaction, clock });
    this.queue.request(assignment.requestedRuns);
  }

  start(): void {
    this.#life = inNameOf(this, () => this.#live()).finally(() => (this.#isOver = true));
  }

  /** Of its code, or of a library that it called: the connector fails with it, and its siblings go on. */
  takeStray(error: unknown): boolean {
    // Its own loop has ended with an error: that is ours, and nothing of it could fail any more.
    if (this.#isOver && !this.#stopping.signal.aborted && !this.isStuck) return false;
    const failure = this.#explain(error);
    const isLate = this.#cycle.signal.aborted;
    this.logs.write(isLate ? 'warn' : 'error', `Nobody awaited what failed: ${failure.message}`, { error });
    if (isLate) return true;
    this.#stray = { error, wasRefreshing: this.status.isChanging };
    this.#cycle.abort(failure);
    return true;
  }

  /** What the daemon wants now: a new configuration, another state, runs that people asked for. */
  update(assignment: Assignment): void {
    const before = this.#assignment;
    this.#assignment = assignment;
    this.queue.request(assignment.requestedRuns);
    const decisive = ['revision', 'restarts', 'wanted'] as const;
    const isOther = decisive.some((member) => before[member] !== assignment[member]);
    if (isOther || this.queue.hasRequests) this.#rest.abort();
    if (!isOther) return;
    this.#stray = undefined;
    this.#cycle.abort(new Error('The connector was changed'));
    this.#changed.ring();
  }

  /** Resolves when all of its code has ended, or is known to ignore the abort. */
  async stop(reason: string): Promise<void> {
    this.#stopping.abort(new Error(reason));
    this.#cycle.abort(this.#stopping.signal.reason);
    this.#rest.abort();
    this.queue.stop();
    await this.#life;
  }

  /** What the daemon should hear of it. */
  get report(): StatusReport {
    return { ...this.fence, status: this.status.snapshot(), planned: this.#planned };
  }

  get isStuck(): boolean {
    return this.status.state === 'stuck';
  }

  async #live(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const { wanted } = this.#assignment;
      if (wanted === 'running') {
        if (!(await this.#goesOn())) return;
        continue;
      }
      this.status.move(wanted === 'paused' ? 'pause' : 'stop');
      await this.#changed.next(this.#stopping.signal);
    }
    this.status.move('stop');
  }

  /** From connect to disconnect, and the rest after a failure. False when it is over for good. */
  async #goesOn(): Promise<boolean> {
    const cycle = new AbortController();
    this.#cycle = cycle;
    this.#rest = new AbortController();
    this.#stray = undefined;
    try {
      await this.#connectAndWork(cycle.signal);
      return await this.#restAfterStray();
    } catch (error) {
      const wasStopped = cycle.signal.aborted;
      cycle.abort();
      if (error instanceof IgnoresAbortError) return this.#endStuck(error);
      return wasStopped ? await this.#restAfterStray() : await this.#restAfter(error, this.#backOff);
    }
  }

  /** A stop, unless it was an error that nobody awaited; a run that this has broken off has failed. */
  async #restAfterStray(): Promise<boolean> {
    const stray = this.#stray;
    if (!stray || this.#stopping.signal.aborted) return true;
    if (stray.wasRefreshing && this.#configuration) {
      this.#failDueRun(this.#configuration.content, stray.error);
    }
    const nowMs = this.environment.clock.monotonicMs();
    if (nowMs - this.#lastStrayMs > strayMemoryMs) this.#strayBackOff.reset();
    this.#lastStrayMs = nowMs;
    return this.#restAfter(stray.error, this.#strayBackOff);
  }

  async #connectAndWork(signal: AbortSignal): Promise<void> {
    this.status.move('start');
    const connection = await this.#connect(signal);
    try {
      this.status.move('started');
      if (!this.queue.due()) this.#backOff.reset();
      const options = { instance: this, due: this.#due, onSuccess: () => this.#backOff.reset() };
      await work(connection, options, signal);
    } finally {
      await closeConnection(connection, this.environment, this.logs);
    }
  }

  async #connect(signal: AbortSignal): Promise<Connection> {
    const configuration = await unlessAway(this.#configurationOf(signal));
    try {
      this.#plan(configuration);
      const claimed = await this.#claim(configuration, signal);
      this.claimedAt = configuration.gateway;
      this.#shortBackOff.reset();
      return await openConnection(claimed, this, signal);
    } catch (error) {
      if (!signal.aborted) this.#failDueRun(configuration, error);
      throw error;
    }
  }

  async #configurationOf(signal: AbortSignal): Promise<ConnectorConfiguration> {
    const { connector, revision } = this.#assignment;
    if (this.#configuration?.revision === revision) return this.#configuration.content;
    const content = await this.#inTurn(signal, () =>
      this.environment.daemon.configuration(connector, revision, signal),
    );
    this.#configuration = { revision, content };
    return content;
  }

  #claim(configuration: ConnectorConfiguration, signal: AbortSignal): Promise<ClaimedConnector> {
    return this.#inTurn(signal, () => claimConnector(configuration, this, signal));
  }

  /** Hundreds of connectors that start at once do not ask the daemon and the gateway all at once. */
  async #inTurn<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    const giveBack = await this.environment.starts.take(false, signal);
    try {
      signal.throwIfAborted();
      return await ask();
    } finally {
      giveBack?.();
    }
  }

  #plan(configuration: ConnectorConfiguration): void {
    const { revision, restarts, nextRefreshAt } = this.#assignment;
    if (this.#planned?.revision === revision && this.#planned.restarts === restarts) return;
    const hasRefresh = definitionOf(configuration, this.environment).refresh !== undefined;
    const schedule = new RefreshSchedule(hasRefresh ? configuration.schedule : undefined);
    const isOther = this.#planned !== undefined;
    this.queue.plan(schedule, nextRefreshAt === null ? null : Date.parse(nextRefreshAt), isOther);
    this.#planned = { revision, restarts };
  }

  /** A run was due and could not begin, since the connector cannot be connected: whoever waits for it hears why. */
  #failDueRun({ gateway }: ConnectorConfiguration, error: unknown): void {
    const run = this.queue.due();
    if (!run || error instanceof NotBegunError || error instanceof IgnoresAbortError) return;
    const failure = this.#explain(error);
    if (consequenceOf(failure) === 'stop') return;
    const { reports, clock, metrics } = this.environment;
    const nowMs = clock.wallMs();
    const report = failedReport(run, this.fence, nowMs, nowMs, failure);
    reports.add(gateway, report);
    metrics.integratorRuns.inc({ outcome: report.outcome });
    this.queue.ended(run, nowMs, false);
    this.status.runEnded(report);
  }

  async #restAfter(error: unknown, usual: BackOff): Promise<boolean> {
    const isAway = error instanceof NotBegunError;
    const failure = this.#explain(isAway ? error.cause : error);
    const consequence = consequenceOf(failure);
    if (consequence === 'stop') {
      this.listener.onLost(this, failure);
      return false;
    }
    // A request that came while it was failing, and that nobody has begun, is not slept through.
    if (!this.queue.hasRequests) this.#rest = new AbortController();
    if (consequence === 'person') {
      this.status.move('needs-person', { error: failure });
      this.#logFailure(failure, error);
      await this.#untilChanged();
      return true;
    }
    const backOff = isAway ? this.#shortBackOff : usual;
    const delayMs = backOff.nextDelayMs(failure.retryAfterMs);
    const nextTryAtMs = this.environment.clock.wallMs() + delayMs;
    this.status.move('will-retry', { error: failure, nextTryAtMs });
    this.#logFailure(failure, error, Math.round(delayMs / 1000));
    await pause(this.environment.clock, delayMs, this.#rest.signal);
    return true;
  }

  async #untilChanged(): Promise<void> {
    const { signal } = this.#rest;
    if (signal.aborted) return;
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }

  #endStuck(error: IgnoresAbortError): false {
    const failure = new IdaemonError('internal-error', `${this.fence.connector}: ${error.message}`, {
      action: 'Tell the author of the connector. The process of this instance ends and is started again.',
    });
    this.status.move('ignores-abort', { error: failure });
    this.listener.onStuck(this);
    return false;
  }

  #explain(error: unknown): IdaemonError {
    return explainFailure(error, this.fence.connector, this.environment.redaction);
  }

  #logFailure(failure: IdaemonError, error: unknown, retryInS?: number): void {
    const { code, action } = failure;
    const next = retryInS === undefined ? {} : { retryInS };
    this.logs.write('warn', failure.message, { code, action, ...next, error });
  }
}
