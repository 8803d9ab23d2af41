import type { Assignment, Fence, IdaemonError, StatusReport } from '@idaemon/contracts';
import { ConnectorInstance } from '../connector/connector-instance.js';
import type { HostEnvironment } from './host-environment.js';
import type { Instant } from './lease.js';

export interface FleetListener {
  onStatus(): void;
  onStuck(instance: ConnectorInstance): void;
  /** Fences that this process no longer runs and the daemon may give away. */
  onReleased(released: Fence[]): void;
  /** A claim was refused since a newer epoch was claimed. */
  onOutdated(newest: Fence): void;
  /** What is wanted must be told again: something could not begin while its predecessor was stopping. */
  onUnsettled(): void;
}

const keyOf = ({ connector, shard }: Pick<Fence, 'connector' | 'shard'>): string => `${connector}/${shard}`;
/** What a heartbeat has room for beside its definitions; statuses that do not fit go with the next one. */
const maxHeartbeatBytes = 384 * 1024;
const fenceBytes = 100;

/** The connector instances of this process: made, changed and ended as the daemon assigns. */
export class Fleet {
  readonly #running = new Map<string, ConnectorInstance>();
  /** Those that are told to stop: still owned until their code has ended. */
  readonly #ending = new Map<string, ConnectorInstance>();
  /** Epochs that a newer claim has overtaken: never begun again. */
  readonly #outdated = new Map<string, number>();
  readonly #reported = new WeakMap<ConnectorInstance, number>();
  #isDraining = false;

  constructor(
    private readonly environment: HostEnvironment,
    private readonly listener: FleetListener,
  ) {}

  get instances(): ConnectorInstance[] {
    return [...this.#running.values(), ...this.#ending.values()];
  }

  find(connector: string): ConnectorInstance[] {
    return this.instances.filter(({ fence }) => fence.connector === connector);
  }

  get owned(): Fence[] {
    return this.instances.map(({ fence }) => fence);
  }

  /** All assignments of this process, as the daemon told them in the answer to a heartbeat. */
  apply(assignments: readonly Assignment[], sentAt: Instant, leaseMs: number): void {
    const wanted = new Set(assignments.map(keyOf));
    for (const [key, instance] of this.#running) {
      if (!wanted.has(key)) void this.#end(instance, 'It is not assigned to this instance any more', true);
    }
    for (const key of this.#outdated.keys()) if (!wanted.has(key)) this.#outdated.delete(key);
    for (const assignment of assignments) this.#follow(assignment, sentAt, leaseMs);
  }

  /** The answer to a heartbeat that was sent then renews everything. */
  renew(sentAt: Instant, leaseMs: number): void {
    for (const { lease } of this.instances) lease.renew(sentAt, leaseMs);
  }

  /** Ends what may not go on: without a lease somebody else may own it. */
  endExpired(): void {
    for (const instance of this.#running.values()) {
      if (!instance.lease.isValid) void this.#end(instance, 'The lease of this instance is over', false);
    }
  }

  /** The newest claim is another's. */
  lose(fence: Fence): void {
    const instance = this.#running.get(keyOf(fence));
    if (instance?.fence.epoch !== fence.epoch) return;
    this.#outdated.set(keyOf(fence), fence.epoch);
    void this.#end(instance, 'Another instance has claimed it', false);
  }

  /** Hands everything over but what is stuck, and begins nothing new. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    const ends = [...this.#running.values()].filter(({ isStuck }) => !isStuck);
    await Promise.all(ends.map((instance) => this.#end(instance, 'This instance hands over', true)));
  }

  /** Ends everything; true when all of it has obeyed. */
  async stop(): Promise<boolean> {
    this.#isDraining = true;
    await Promise.all(this.instances.map((instance) => instance.stop('The process stops')));
    return this.instances.every(({ isStuck }) => !isStuck);
  }

  /** Statuses that the daemon has not heard of; call `sent` when it has. */
  unreported(all: boolean): { reports: StatusReport[]; isComplete: boolean; sent: () => void } {
    const included: [ConnectorInstance, number][] = [];
    const reports: StatusReport[] = [];
    const { instances } = this;
    let bytes = instances.length * fenceBytes;
    for (const instance of instances) {
      const { status } = instance;
      const isNews = status.isChanging || this.#reported.get(instance) !== status.version;
      if (!all && !isNews) continue;
      if (reports.length > 0 && bytes > maxHeartbeatBytes)
        return { reports, isComplete: false, sent: () => this.#sent(included) };
      const { report } = instance;
      bytes += JSON.stringify(report).length;
      included.push([instance, status.version]);
      reports.push(report);
    }
    return { reports, isComplete: true, sent: () => this.#sent(included) };
  }

  /** The daemon has forgotten what it was told. */
  forgetReported(): void {
    for (const instance of this.instances) this.#reported.delete(instance);
  }

  #sent(included: [ConnectorInstance, number][]): void {
    for (const [instance, version] of included) this.#reported.set(instance, version);
  }

  #follow(assignment: Assignment, sentAt: Instant, leaseMs: number): void {
    const key = keyOf(assignment);
    if (assignment.epoch <= (this.#outdated.get(key) ?? 0) || this.#ending.has(key)) return;
    const running = this.#running.get(key);
    if (!running) return this.#begin(assignment, sentAt, leaseMs);
    if (running.fence.epoch === assignment.epoch) return running.update(assignment);
    void this.#end(running, 'It is assigned anew', false);
  }

  #begin(assignment: Assignment, sentAt: Instant, leaseMs: number): void {
    if (this.#isDraining) return;
    const instance = new ConnectorInstance(this.environment, assignment, {
      onStatus: () => this.listener.onStatus(),
      onStuck: (stuck) => this.listener.onStuck(stuck),
      onLost: (lost, error) => this.#onLost(lost, error),
    });
    this.#running.set(keyOf(assignment), instance);
    instance.lease.renew(sentAt, leaseMs);
    instance.start();
  }

  #onLost(instance: ConnectorInstance, error: IdaemonError): void {
    const { fence } = instance;
    // Only a newer claim bars this epoch: after an expired lease the same one may be confirmed again.
    if (error.epoch !== undefined && error.epoch > fence.epoch) {
      this.#outdated.set(keyOf(fence), fence.epoch);
      this.listener.onOutdated({ ...fence, epoch: error.epoch });
    }
    void this.#end(instance, error.message, false);
  }

  async #end(instance: ConnectorInstance, reason: string, isReleased: boolean): Promise<void> {
    const key = keyOf(instance.fence);
    if (this.#running.get(key) !== instance) return;
    this.#running.delete(key);
    this.#ending.set(key, instance);
    instance.logs.write('info', `Stopping: ${reason}`);
    await instance.stop(reason);
    if (instance.isStuck) return;
    this.#ending.delete(key);
    if (isReleased) this.listener.onReleased([instance.fence]);
    this.listener.onUnsettled();
  }
}
