import {
  ConnectorConfiguration,
  type Assignment,
  type Fence,
  type Heartbeat,
  type HeartbeatReply,
  type ObservedStatus,
} from '@idaemon/contracts';
import type { DaemonPort } from '../hosting/ports.js';

/** A daemon that assigns what the spec says and remembers what it was told. */
export class FakeDaemon implements DaemonPort {
  readonly heartbeats: Heartbeat[] = [];
  readonly released: Fence[] = [];
  readonly raised: Fence[] = [];
  readonly left: string[] = [];
  readonly #statuses = new Map<string, ObservedStatus>();
  readonly #configurations = new Map<string, ConnectorConfiguration>();
  #assignments: Assignment[] = [];
  #version = 0;
  #isRegistered = false;
  /** Thrown instead of an answer. */
  failure: Error | undefined;
  /** Made once by the host, rung by `change`. */
  onChange: () => void = () => undefined;

  /** Wants these connectors to run on the host. */
  assign(...assignments: Assignment[]): void {
    this.#assignments = assignments;
    this.#version += 1;
    this.onChange();
  }

  /** Changes what is wanted of one connector. */
  change(connector: string, changes: Partial<Assignment>): void {
    this.assign(
      ...this.#assignments.map((one) => (one.connector === connector ? { ...one, ...changes } : one)),
    );
  }

  configure(configuration: ConnectorConfiguration, revision = 1): void {
    this.#configurations.set(`${configuration.name} ${revision}`, configuration);
  }

  status(connector: string): ObservedStatus | undefined {
    return this.#statuses.get(connector);
  }

  state(connector: string): string | undefined {
    return this.status(connector)?.state;
  }

  /** The instance must tell everything again. */
  forgetInstance(): void {
    this.#isRegistered = false;
    this.#statuses.clear();
  }

  heartbeat(heartbeat: Heartbeat): Promise<HeartbeatReply> {
    if (this.failure) return Promise.reject(this.failure);
    this.heartbeats.push(heartbeat);
    if (heartbeat.definitions) this.#isRegistered = true;
    for (const { connector, status } of heartbeat.statuses) this.#statuses.set(connector, status);
    const assignmentsVersion = String(this.#version);
    const isCurrent = heartbeat.assignmentsVersion === assignmentsVersion;
    return Promise.resolve({
      leaseMs: 6_000,
      mustRegister: !this.#isRegistered,
      assignmentsVersion,
      ...(isCurrent ? {} : { assignments: this.#assignments }),
    });
  }

  async configuration(connector: string, revision: number): Promise<ConnectorConfiguration> {
    if (this.failure) throw this.failure;
    const configuration = this.#configurations.get(`${connector} ${revision}`);
    if (!configuration) throw new Error(`The spec has no configuration of ${connector} ${revision}`);
    return configuration;
  }

  async release(_instanceId: string, released: Fence[]): Promise<void> {
    this.released.push(...released);
  }

  async raiseEpoch(fence: Fence): Promise<void> {
    this.raised.push(fence);
  }

  async leave(instanceId: string): Promise<void> {
    this.left.push(instanceId);
  }
}

export function assignmentOf(connector: string, changes: Partial<Assignment> = {}): Assignment {
  return {
    connector,
    shard: 0,
    epoch: 1,
    revision: 1,
    wanted: 'running',
    nextRefreshAt: null,
    requestedRuns: [],
    restarts: 0,
    ...changes,
  };
}
