import type { Fence } from '@idaemon/contracts';
import type { HostEnvironment } from '../hosting/host-environment.js';
import type { Lease } from '../hosting/lease.js';
import type { RefreshQueue } from '../schedule/refresh-queue.js';
import type { LogMemory } from './connector-log.js';
import type { StatusBoard } from './status-board.js';

/** What the parts of one connector instance share. */
export interface InstanceContext {
  readonly environment: HostEnvironment;
  readonly fence: Fence;
  readonly lease: Lease;
  readonly status: StatusBoard;
  readonly logs: LogMemory;
  readonly queue: RefreshQueue;
}
