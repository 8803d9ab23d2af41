import { Initial1700000000000 } from './1700000000000-initial.js';
import { Ownership1700000001000 } from './1700000001000-ownership.js';
import { RunSeen1700000002000 } from './1700000002000-run-seen.js';
import { LastPlan1700000003000 } from './1700000003000-last-plan.js';
import { Egeria1700000010000 } from './1700000010000-egeria.js';
import { RemovalRuns1700000004000 } from './1700000004000-removal-runs.js';
import { PlannedFor1700000021000 } from './1700000021000-planned-for.js';
import { Senders1700000020000 } from './1700000020000-senders.js';

/** In order; a migration is never changed once it is released, a new one is added. */
export const daemonMigrations = [
  Initial1700000000000,
  Ownership1700000001000,
  RunSeen1700000002000,
  LastPlan1700000003000,
  Egeria1700000010000,
  RemovalRuns1700000004000,
  Senders1700000020000,
  PlannedFor1700000021000,
];
