import type { ConnectorState, Fence, Heartbeat, HeartbeatReply } from '@idaemon/contracts';
import { NoAnswerError } from '@idaemon/messaging';
import { isTransient } from '@idaemon/open-metadata-client';
import { Fleet } from './fleet.js';
import type { ConnectorInstance } from '../connector/connector-instance.js';
import { pause } from '../schedule/clock.js';
import { Wake } from '../schedule/wake.js';
import type { HostEnvironment } from './host-environment.js';
import { instantOf, Lease, type Instant } from './lease.js';

export interface HostOptions {
  environment: HostEnvironment;
  version: string;
  /** Where its probes and metrics are. */
  address: string;
  /** A connector ignores abort: the process must end within this time. */
  onStuck: (reason: string, withinMs: number) => void;
}

const heartbeatIntervalMs = 1_500;
/** After a heartbeat; changes within it share the next one. What changes later is told at once. */
const gatherMs = 10;
const leaseCheckMs = 200;
/** Until the daemon has told its own. */
const usualLeaseMs = 6_000;
/** Connectors get a second to stop; the rest is for closing what they had open. */
const stopDeadlineMs = 1_700;
/** For the heartbeat that is under way. */
const farewellMs = 200;

/** One instance of an integration service: registers, says that it lives, and runs what it is assigned. */
export class InstanceHost {
  readonly fleet: Fleet;
  readonly #environment: HostEnvironment;
  readonly #startedAt: string;
  readonly #lease: Lease;
  readonly #wake = new Wake();
  readonly #stopping = new AbortController();
  #leaseMs = usualLeaseMs;
  #assignmentsVersion: string | null = null;
  #isRegistered = false;
  #isDraining = false;
  #released: Fence[] = [];
  #loops: Promise<unknown> = Promise.resolve();
  #problem: string | undefined = 'Not yet registered with the daemon';

  constructor(private readonly options: HostOptions) {
    const { environment } = options;
    this.#environment = environment;
    this.#startedAt = new Date(environment.clock.wallMs()).toISOString();
    this.#lease = new Lease(environment.clock);
    this.fleet = new Fleet(environment, {
      onStatus: () => this.wake(),
      onStuck: (instance) => this.#onStuck(instance),
      onReleased: (released) => this.#release(released),
      onOutdated: (newest) => this.#raiseEpoch(newest),
      onUnsettled: () => this.#askAgain(),
    });
  }

  start(): void {
    this.#loops = Promise.all([this.#beatForever(), this.#checkLeasesForever()]);
  }

  /** Send a heartbeat now: something has changed, here or at the daemon. */
  wake(): void {
    this.#wake.ring();
  }

  /** Why it takes no work, for `/readyz`. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Connector instances by state, for metrics. */
  get states(): Map<ConnectorState, number> {
    const states = new Map<ConnectorState, number>();
    for (const { status } of this.fleet.instances) {
      states.set(status.state, (states.get(status.state) ?? 0) + 1);
    }
    return states;
  }

  /** The connectors that refresh now, for the watchdog. */
  get atWork(): string {
    const refreshing = this.fleet.instances.filter(({ status }) => status.isChanging);
    return refreshing.map(({ fence }) => fence.connector).join(', ');
  }

  /** Stops everything and gives it back at once, within two seconds. */
  async stop(): Promise<void> {
    const { clock, daemon, instanceId, log } = this.#environment;
    this.#stopping.abort(new Error('The process stops'));
    const late = new AbortController();
    const deadline = pause(clock, stopDeadlineMs, late.signal).then(() => false);
    const hasObeyed = await Promise.race([this.fleet.stop(), deadline]);
    await Promise.race([this.#loops, pause(clock, farewellMs, late.signal)]);
    // A connector that goes on must not get a second owner: its lease ends after this process.
    if (!hasObeyed) return;
    await daemon
      .leave(instanceId)
      .catch((error: unknown) => log.debug({ error }, 'Nobody heard the farewell'));
  }

  async #beatForever(): Promise<void> {
    const { signal } = this.#stopping;
    const { clock } = this.#environment;
    while (!signal.aborted) {
      const beganMs = clock.monotonicMs();
      await this.#beat();
      const answeredMs = clock.monotonicMs();
      const restMs = heartbeatIntervalMs - (answeredMs - beganMs);
      if (restMs > 0) await this.#wake.nextWithin(restMs, clock, signal);
      const isEarlyByMs = gatherMs - (clock.monotonicMs() - answeredMs);
      if (isEarlyByMs > 0) await pause(clock, isEarlyByMs, signal);
    }
  }

  async #checkLeasesForever(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.fleet.endExpired();
      await pause(this.#environment.clock, leaseCheckMs, signal);
    }
  }

  async #beat(): Promise<void> {
    const { clock, daemon, metrics } = this.#environment;
    const sentAt = instantOf(clock);
    const statuses = this.fleet.unreported(!this.#isRegistered);
    try {
      const reply = await daemon.heartbeat(this.#heartbeat(statuses.reports));
      statuses.sent();
      if (!statuses.isComplete) this.wake();
      this.#heed(reply, sentAt);
      metrics.integratorHeartbeats.inc({ outcome: 'answered' });
    } catch (error) {
      await this.#goOnAlone(error);
    }
  }

  #heartbeat(statuses: Heartbeat['statuses']): Heartbeat {
    const { instanceId, service, definitions } = this.#environment;
    const { version, address } = this.options;
    return {
      instanceId,
      service,
      version,
      startedAt: this.#startedAt,
      address,
      ...(this.#isRegistered ? {} : { definitions: definitions.hosted() }),
      owned: this.fleet.owned,
      statuses,
      assignmentsVersion: this.#assignmentsVersion,
      isDraining: this.#isDraining,
    };
  }

  #heed(reply: HeartbeatReply, sentAt: Instant): void {
    if (this.#problem) this.#environment.log.info('The daemon has answered');
    this.#problem = undefined;
    this.#leaseMs = reply.leaseMs;
    this.#lease.renew(sentAt, reply.leaseMs);
    this.#isRegistered = !reply.mustRegister;
    if (reply.mustRegister) {
      // Who does not know this instance may have given its connectors to others: their leases are not renewed yet.
      this.#assignmentsVersion = null;
      return this.wake();
    }
    this.fleet.renew(sentAt, reply.leaseMs);
    this.#assignmentsVersion = reply.assignmentsVersion;
    if (reply.assignments) this.fleet.apply(reply.assignments, sentAt, reply.leaseMs);
  }

  /**
   * The daemon is away. As long as NATS says so, or it says so itself, owners go on whose claims the gateway confirms;
   * nothing new begins. Without any answer the leases run out.
   */
  async #goOnAlone(error: unknown): Promise<void> {
    const { log, metrics } = this.#environment;
    const message = error instanceof Error ? error.message : String(error);
    if (this.#problem === undefined) log.warn({ reason: message }, 'The daemon did not answer');
    this.#problem = message;
    if (!saysThatItIsAway(error)) {
      metrics.integratorHeartbeats.inc({ outcome: 'failed' });
      return;
    }
    const claims = byGateway(this.fleet.instances.filter(({ lease }) => lease.isValid));
    const confirmed = await Promise.all([...claims].map((some) => this.#confirm(...some)));
    metrics.integratorHeartbeats.inc({ outcome: confirmed.every(Boolean) ? 'confirmed' : 'failed' });
  }

  async #confirm(gateway: string, instances: ConnectorInstance[]): Promise<boolean> {
    const { clock, gateways, log } = this.#environment;
    const sentAt = instantOf(clock);
    try {
      const lost = await gateways.confirm(
        gateway,
        instances.map(({ fence }) => fence),
      );
      for (const { lease } of instances) lease.renew(sentAt, this.#leaseMs);
      for (const fence of lost) this.fleet.lose(fence);
      return true;
    } catch (error) {
      log.debug({ gateway, error }, 'The gateway could not confirm the claims');
      return false;
    }
  }

  /** Not to be told what it knows, since it could not act on it. */
  #askAgain(): void {
    this.#assignmentsVersion = null;
    this.wake();
  }

  /** What cannot be said now is said by the next heartbeat, which does not list it any more. */
  #release(released: Fence[]): void {
    const isFirst = this.#released.length === 0;
    this.#released.push(...released);
    if (isFirst) queueMicrotask(() => void this.#sayReleased());
  }

  async #sayReleased(): Promise<void> {
    const { daemon, instanceId, log } = this.#environment;
    const released = this.#released.splice(0);
    await daemon
      .release(instanceId, released)
      .catch((error: unknown) => log.debug({ error }, 'Released without the daemon'));
  }

  #raiseEpoch(newest: Fence): void {
    const { daemon, log } = this.#environment;
    log.warn(newest, 'A newer claim exists; the daemon is told to raise its epoch');
    daemon
      .raiseEpoch(newest)
      .catch((error: unknown) => log.debug({ error }, 'The daemon did not hear of the newer claim'));
  }

  /** Named at once; the others are handed over; then the process ends, before its lease does. */
  #onStuck({ fence, lease }: ConnectorInstance): void {
    const { log, clock } = this.#environment;
    const reason = `The connector ${fence.connector} ignores abort`;
    log.error({ connector: fence.connector }, reason);
    const isFirst = !this.#isDraining;
    this.#isDraining = true;
    this.wake();
    if (!lease.isValid) return this.options.onStuck(reason, 0);
    if (!isFirst) return;
    const end = () => this.options.onStuck(reason, Math.max(0, this.#lease.remainingMs));
    const latest = Math.max(0, this.#lease.remainingMs - 500);
    const cancel = clock.after(latest, end);
    void this.fleet.drain().then(() => {
      cancel();
      clock.after(gatherMs * 5, end);
    });
  }
}

function byGateway(instances: readonly ConnectorInstance[]): Map<string, ConnectorInstance[]> {
  const claims = new Map<string, ConnectorInstance[]>();
  for (const instance of instances) {
    const { claimedAt } = instance;
    if (claimedAt !== undefined) claims.set(claimedAt, [...(claims.get(claimedAt) ?? []), instance]);
  }
  return claims;
}

/** Nobody listens on NATS, or the daemon itself cannot reach its database. Any other error is no word about ownership. */
function saysThatItIsAway(error: unknown): boolean {
  if (error instanceof NoAnswerError) return error.reason === 'no-responders';
  return isTransient(error);
}
