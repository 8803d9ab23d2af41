/** Which instance shall run which shard: the least moves from what is to what should be (design §6). Pure. */
import { InstanceLoads } from './instance-loads.js';

/**
 * `active` takes connectors. `draining` takes none and gives away what others can take. `quiet` has not been heard of
 * for a while or has not registered: it keeps what it has and takes none until it is heard of or is called dead.
 */
export type InstanceCondition = 'active' | 'draining' | 'quiet';

export interface PlanInstance {
  id: string;
  service: string;
  /** Names of the definitions that it hosts. */
  definitions: ReadonlySet<string>;
  condition: InstanceCondition;
}

export interface PlanShard {
  connector: string;
  shard: number;
  service: string;
  definition: string;
  /** Shall be with an instance: running or paused. A stopped or deleted one is taken back. */
  isWanted: boolean;
  /** The instance that has it, null when none has. */
  owner: string | null;
  /** Already taken back from its owner, who has not let go yet. */
  isLeaving: boolean;
  /** A run is under way: others are moved first. */
  isBusy: boolean;
}

export interface Placement {
  connector: string;
  shard: number;
  instanceId: string;
}

export interface Plan {
  /** Free shards to be given to an instance now. */
  assign: Placement[];
  /** Shards to be taken back from their owner; they are given to another once they are free. */
  takeBack: Placement[];
}

/** An instance takes no more shards than this: its assignments travel in one message of 512 KiB. */
export const maxShardsPerInstance = 1_500;

export function planAssignments(
  instances: readonly PlanInstance[],
  shards: readonly PlanShard[],
  capacity = maxShardsPerInstance,
): Plan {
  const loads = new InstanceLoads(instances, capacity);
  const plan: Plan = { assign: [], takeBack: [] };
  const homeless: PlanShard[] = [];
  for (const shard of sorted(shards)) {
    if (!shard.isWanted) takeBack(plan, shard);
    else if (loads.keeps(shard)) loads.keep(shard);
    else homeless.push(shard);
  }
  for (const shard of fewestHostsFirst(loads, homeless)) {
    if (!loads.place(shard)) takeBack(plan, shard);
  }
  loads.drain();
  loads.evenOut();
  for (const [shard, instanceId] of loads.placements()) {
    if (shard.owner === null) plan.assign.push(placementOf(shard, instanceId));
    else if (shard.owner !== instanceId) takeBack(plan, shard);
  }
  return plan;
}

/** Else the only instance that hosts a definition could be full with what others host, too. */
function fewestHostsFirst(loads: InstanceLoads, shards: PlanShard[]): PlanShard[] {
  const hosts = new Map(shards.map((shard) => [shard, loads.hostCount(shard)]));
  return shards.sort((a, b) => (hosts.get(a) ?? 0) - (hosts.get(b) ?? 0));
}

function takeBack(plan: Plan, shard: PlanShard): void {
  if (shard.owner === null || shard.isLeaving) return;
  plan.takeBack.push(placementOf(shard, shard.owner));
}

function placementOf({ connector, shard }: PlanShard, instanceId: string): Placement {
  return { connector, shard, instanceId };
}

/** The same plan for the same facts, in whatever order they come. */
function sorted(shards: readonly PlanShard[]): PlanShard[] {
  return [...shards].sort((a, b) => compare(a.connector, b.connector) || a.shard - b.shard);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
