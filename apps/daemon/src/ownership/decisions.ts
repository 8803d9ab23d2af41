import type { Plan } from './assignment-plan.js';
import type { LeaderFacts } from './leader.repository.js';

/** What one look at the facts led to. */
export interface Decisions {
  /** Instances that were called dead. */
  dead: string[];
  /** Shards that died with their instance. */
  orphaned: number;
  /** Shards that were not let go in time. */
  overdue: number;
  plan: Plan;
  facts: LeaderFacts;
  /** Instances whose assignments have changed. */
  wake: string[];
}
