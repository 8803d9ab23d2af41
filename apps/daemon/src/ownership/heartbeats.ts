import { Inject, Injectable } from '@nestjs/common';
import type { Fence, Heartbeat, HeartbeatReply } from '@idaemon/contracts';
import { Database } from '@idaemon/persistence';
import { AssignmentRepository } from './assignment.repository.js';
import { InstanceRepository, type KnownInstance } from './instance.repository.js';
import { ObservedStatusRepository } from './observed-status.repository.js';
import { OwnershipRepository } from './ownership.repository.js';
import { OWNERSHIP_SETTINGS, type OwnershipSettings } from './ownership-settings.js';
import { WakeUps } from './wake-ups.js';

/** What instances say and are told. Any replica answers; what it writes is one statement each, guarded by the epoch. */
@Injectable()
export class Heartbeats {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(InstanceRepository) private readonly instances: InstanceRepository,
    @Inject(OwnershipRepository) private readonly ownership: OwnershipRepository,
    @Inject(ObservedStatusRepository) private readonly statuses: ObservedStatusRepository,
    @Inject(AssignmentRepository) private readonly assignments: AssignmentRepository,
    @Inject(WakeUps) private readonly wakeUps: WakeUps,
    @Inject(OWNERSHIP_SETTINGS) private readonly settings: OwnershipSettings,
  ) {}

  async beat(heartbeat: Heartbeat): Promise<HeartbeatReply> {
    const { instanceId } = heartbeat;
    const [known, drift] = await Promise.all([
      this.#hear(heartbeat),
      this.ownership.drift(instanceId, heartbeat.owned),
    ]);
    if (drift.adoptable.length > 0) await this.ownership.adopt(instanceId, drift.adoptable);
    const [version] = await Promise.all([
      this.assignments.versionFor(instanceId),
      this.statuses.report(instanceId, heartbeat.statuses),
    ]);
    const isCurrent = version === heartbeat.assignmentsVersion;
    if (isCurrent) await this.#letGo(instanceId, drift.gone);
    return {
      leaseMs: known.leaseMs,
      mustRegister: !known.isRegistered,
      assignmentsVersion: version,
      ...(isCurrent ? {} : await this.#assignmentsOf(instanceId)),
    };
  }

  async leave(instanceId: string): Promise<void> {
    await this.database.transaction(async (sql) => {
      await this.instances.leave(instanceId, sql);
      await this.ownership.releaseAll(instanceId, sql);
    });
    this.wakeUps.leader('an instance has left');
  }

  async release(instanceId: string, released: readonly Fence[]): Promise<void> {
    await this.#letGo(instanceId, released);
  }

  async raiseEpoch(fence: Fence): Promise<void> {
    const owner = await this.ownership.raiseEpoch(fence);
    if (owner !== null) this.wakeUps.instances([owner]);
  }

  async #hear(heartbeat: Heartbeat): Promise<KnownInstance> {
    const { leaseMs } = this.settings;
    if (!heartbeat.definitions) return this.instances.renew(heartbeat, leaseMs);
    const known = await this.instances.register(heartbeat, heartbeat.definitions, leaseMs);
    this.wakeUps.leader('an instance has registered');
    return known;
  }

  async #letGo(instanceId: string, fences: readonly Fence[]): Promise<void> {
    if (fences.length === 0) return;
    const count = await this.ownership.release(instanceId, fences);
    if (count > 0) this.wakeUps.leader('connectors are free');
  }

  async #assignmentsOf(
    instanceId: string,
  ): Promise<Pick<HeartbeatReply, 'assignments' | 'assignmentsVersion'>> {
    const { version, assignments } = await this.assignments.listFor(instanceId);
    return { assignmentsVersion: version, assignments };
  }
}
