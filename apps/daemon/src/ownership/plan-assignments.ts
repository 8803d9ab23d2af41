/** Which instance shall run which shard: the least moves from what is to what should be (design §6). Pure. */
import type { Placement, Plan, PlanInstance, PlanShard } from './assignment-plan.js';
import { InstanceLoads } from './instance-loads.js';

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
