import { duration } from '@idaemon/service-runtime';
import { z } from 'zod';

export const ownershipEnvironment = z.object({
  IDAEMON_LEASE: duration('6s')
    .refine((ms) => ms >= 3_000 && ms <= 60_000, 'is out of bounds')
    .describe('how long an instance keeps its connectors without a heartbeat, 3s to 60s (default 6s)'),
});

/** Times of ownership, in milliseconds. */
export interface OwnershipSettings {
  /** Of an instance; definitions may ask for longer ones. */
  leaseMs: number;
  /** Of the leader among the replicas of the daemon. */
  leaderLeaseMs: number;
  /** Between two looks at what is wanted and what is owned, when nothing wakes the leader. */
  intervalMs: number;
}

export const OWNERSHIP_SETTINGS = Symbol('idaemon:ownership-settings');

export function ownershipSettings(environment: z.output<typeof ownershipEnvironment>): OwnershipSettings {
  return { leaseMs: environment.IDAEMON_LEASE, leaderLeaseMs: 4_000, intervalMs: 1_000 };
}
