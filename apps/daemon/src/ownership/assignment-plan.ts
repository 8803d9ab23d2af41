/** What a plan of ownership is made from, and what it says. */

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
