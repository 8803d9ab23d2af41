import type { PlanInstance, PlanShard } from './assignment-plan.js';

/** A shard with a place in the plan; `isFree`: putting it elsewhere stops nothing. */
interface PlannedShard {
  shard: PlanShard;
  isFree: boolean;
}

interface Host {
  instance: PlanInstance;
  load: number;
  /** How many shards of one connector are here: its shards spread where the load allows. */
  connectors: Map<string, number>;
  /** By definition; the last one is the cheapest to move. */
  stacks: Map<string, PlannedShard[]>;
}

/** Who has how much while a plan is being made. */
export class InstanceLoads {
  readonly #hosts: Map<string, Host>;
  readonly #hostsOf = new Map<string, Host[]>();
  readonly #services: Set<string>;

  constructor(
    instances: readonly PlanInstance[],
    private readonly capacity: number,
  ) {
    const byId = [...instances].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#hosts = new Map(byId.map((instance) => [instance.id, hostOf(instance)]));
    this.#services = new Set(byId.map(({ service }) => service));
  }

  /** Whether the shard's owner may go on with it. */
  keeps(shard: PlanShard): boolean {
    const host = shard.owner === null ? undefined : this.#hosts.get(shard.owner);
    if (!host || shard.isLeaving) return false;
    return host.instance.condition === 'quiet' || isHostedBy(host.instance, shard);
  }

  keep(shard: PlanShard): void {
    const host = this.#hosts.get(shard.owner ?? '');
    if (host) put(host, { shard, isFree: false });
  }

  /** How many instances could take it. */
  hostCount(shard: PlanShard): number {
    return this.#takersOf(shard).length;
  }

  /** Gives it to the least loaded instance that hosts its definition; false when there is none. */
  place(shard: PlanShard): boolean {
    const host = this.#bestTaker(shard);
    if (host) put(host, { shard, isFree: true });
    return host !== undefined;
  }

  /** What a draining instance has goes where others can take it; the rest stays until its end. */
  drain(): void {
    const draining = [...this.#hosts.values()].filter(({ instance }) => instance.condition === 'draining');
    for (const host of draining) {
      for (const { shard } of shardsOf(host)) {
        if (this.place(shard)) drop(host, shard);
      }
    }
  }

  /**
   * Moves shards until no single move makes the loads of a service more even. Waits for those who have gone quiet with
   * what they have: soon they are heard of or called dead, and what moved meanwhile would have to move again.
   */
  evenOut(): void {
    const active = [...this.#hosts.values()].filter(({ instance }) => instance.condition === 'active');
    for (const host of active) sortStacks(host);
    for (const service of this.#services) {
      if (this.#isUncertain(service)) continue;
      const hosts = active.filter(({ instance }) => instance.service === service);
      while (moveOne(hosts, this.capacity));
    }
  }

  *placements(): Generator<[PlanShard, string]> {
    for (const host of this.#hosts.values()) {
      for (const { shard } of shardsOf(host)) yield [shard, host.instance.id];
    }
  }

  #isUncertain(service: string): boolean {
    const hosts = [...this.#hosts.values()].filter(({ instance }) => instance.service === service);
    return hosts.some(({ instance, load }) => instance.condition === 'quiet' && load > 0);
  }

  #takersOf(shard: PlanShard): Host[] {
    const key = `${shard.service}\n${shard.definition}`;
    let takers = this.#hostsOf.get(key);
    if (!takers) {
      takers = [...this.#hosts.values()].filter(({ instance }) => takes(instance, shard));
      this.#hostsOf.set(key, takers);
    }
    return takers;
  }

  #bestTaker(shard: PlanShard): Host | undefined {
    let best: Host | undefined;
    for (const host of this.#takersOf(shard)) {
      if (host.load >= this.capacity) continue;
      if (!best || isBetter(host, best, shard.connector)) best = host;
    }
    return best;
  }
}

/** The cheapest shard that the most loaded instance can give to the least loaded one; false when loads are even. */
function moveOne(hosts: Host[], capacity: number): boolean {
  hosts.sort((a, b) => a.load - b.load || (a.instance.id < b.instance.id ? -1 : 1));
  for (const receiver of hosts) {
    if (receiver.load >= capacity) return false;
    for (const giver of hosts.toReversed()) {
      if (giver.load - receiver.load < 2) break;
      const planned = take(giver, receiver.instance.definitions);
      if (!planned) continue;
      put(receiver, { ...planned, isFree: true });
      return true;
    }
  }
  return false;
}

function take(host: Host, definitions: ReadonlySet<string>): PlannedShard | undefined {
  let cheapest: PlannedShard[] | undefined;
  for (const [definition, stack] of host.stacks) {
    const last = stack.at(-1);
    if (!last || !definitions.has(definition)) continue;
    const best = cheapest?.at(-1);
    if (!best || costOf(last) < costOf(best)) cheapest = stack;
  }
  const planned = cheapest?.pop();
  if (planned) forget(host, planned.shard);
  return planned;
}

function put(host: Host, planned: PlannedShard): void {
  const { connector, definition } = planned.shard;
  const stack = host.stacks.get(definition);
  if (stack) stack.push(planned);
  else host.stacks.set(definition, [planned]);
  host.load += 1;
  host.connectors.set(connector, (host.connectors.get(connector) ?? 0) + 1);
}

function drop(host: Host, shard: PlanShard): void {
  const stack = host.stacks.get(shard.definition) ?? [];
  const at = stack.findIndex((planned) => planned.shard === shard);
  stack.splice(at, 1);
  forget(host, shard);
}

function forget(host: Host, { connector }: PlanShard): void {
  host.load -= 1;
  host.connectors.set(connector, (host.connectors.get(connector) ?? 1) - 1);
}

function hostOf(instance: PlanInstance): Host {
  return { instance, load: 0, connectors: new Map(), stacks: new Map() };
}

function shardsOf(host: Host): PlannedShard[] {
  return [...host.stacks.values()].flat();
}

function sortStacks(host: Host): void {
  for (const stack of host.stacks.values()) stack.sort((a, b) => costOf(b) - costOf(a));
}

function costOf({ shard, isFree }: PlannedShard): number {
  if (isFree) return 0;
  return shard.isBusy ? 2 : 1;
}

function isBetter(one: Host, other: Host, connector: string): boolean {
  if (one.load !== other.load) return one.load < other.load;
  return (one.connectors.get(connector) ?? 0) < (other.connectors.get(connector) ?? 0);
}

function takes(instance: PlanInstance, shard: PlanShard): boolean {
  return instance.condition === 'active' && isHostedBy(instance, shard);
}

function isHostedBy(instance: PlanInstance, shard: PlanShard): boolean {
  return instance.service === shard.service && instance.definitions.has(shard.definition);
}
