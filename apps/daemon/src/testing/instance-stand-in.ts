/** For specs: an instance of an integration service that speaks the heartbeat contract and runs nothing. */
import { randomUUID } from 'node:crypto';
import type {
  Assignment,
  Fence,
  Heartbeat,
  HeartbeatReply,
  HostedDefinition,
  ObservedStatus,
  ServiceName,
} from '@idaemon/contracts';

/** How its heartbeats travel: by NATS, or by a call. */
export type Beat = (heartbeat: Heartbeat) => Promise<HeartbeatReply>;

export const folderDefinition: HostedDefinition = {
  name: 'folder',
  version: '1.0.0',
  description: 'A folder',
  configSchema: {},
  secrets: [],
  triggers: ['refresh'],
  shards: 1,
};

export const runningStatus: ObservedStatus = {
  state: 'running',
  since: '2026-01-01T00:00:00.000Z',
  currentRun: null,
  lastRun: null,
  lastPlan: null,
  nextRefreshAt: null,
  nextTryAt: null,
  error: null,
};

export class InstanceStandIn {
  readonly id = `files-${randomUUID()}`;
  /** What it was told to run, by connector and shard. */
  assignments = new Map<string, Assignment>();
  /** What it runs. */
  owned = new Map<string, Fence>();
  /** What it has stopped and not released yet. */
  stopped: Fence[] = [];
  version: string | null = null;
  isDraining = false;
  #mustRegister = true;

  constructor(
    private readonly definitions: HostedDefinition[] = [folderDefinition],
    private readonly service: ServiceName = 'files-integrator',
  ) {}

  get connectors(): string[] {
    return [...this.owned.values()].map(({ connector }) => connector).sort();
  }

  /** One heartbeat; what it no longer has to run it stops, what is new it starts and reports with the next one. */
  async beat(send: Beat, statuses: Heartbeat['statuses'] = this.statuses()): Promise<HeartbeatReply> {
    const reply = await send(this.heartbeat(statuses));
    this.#mustRegister = reply.mustRegister;
    this.version = reply.assignmentsVersion;
    if (reply.assignments) this.#obey(reply.assignments);
    return reply;
  }

  heartbeat(statuses: Heartbeat['statuses'] = this.statuses()): Heartbeat {
    return {
      instanceId: this.id,
      service: this.service,
      version: '1.0.0',
      startedAt: '2026-01-01T00:00:00.000Z',
      address: 'http://127.0.0.1:7415',
      ...(this.#mustRegister ? { definitions: this.definitions } : {}),
      owned: [...this.owned.values()],
      statuses,
      assignmentsVersion: this.version,
      isDraining: this.isDraining,
    };
  }

  statuses(status: Partial<ObservedStatus> = {}): Heartbeat['statuses'] {
    return [...this.owned.values()].map((fence) => {
      const { revision, restarts } = this.assignments.get(keyOf(fence)) ?? { revision: 1, restarts: 0 };
      return { ...fence, status: { ...runningStatus, ...status }, planned: { revision, restarts } };
    });
  }

  /** What it says with `release`; told once. */
  takeStopped(): Fence[] {
    return this.stopped.splice(0);
  }

  #obey(assignments: readonly Assignment[]): void {
    this.assignments = new Map(assignments.map((one) => [keyOf(one), one]));
    for (const [key, fence] of this.owned) {
      if (this.assignments.get(key)?.epoch === fence.epoch) continue;
      this.owned.delete(key);
      if (!this.assignments.has(key)) this.stopped.push(fence);
    }
    for (const [key, { connector, shard, epoch }] of this.assignments) {
      this.owned.set(key, { connector, shard, epoch });
    }
  }
}

function keyOf({ connector, shard }: { connector: string; shard: number }): string {
  return `${connector}/${shard}`;
}
