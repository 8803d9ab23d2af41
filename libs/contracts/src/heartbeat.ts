/** What an integrator instance and the daemon tell each other. */
import { z } from 'zod';
import { WantedState } from './configuration.js';
import { RunMode } from './run.js';
import { ServiceName } from './services.js';
import { Fence } from './session.js';
import { ObservedStatus } from './status.js';

/** A connector that an instance hosts. `configSchema` is JSON Schema (draft 2020-12) made from its Zod schema. */
export const HostedDefinition = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  configSchema: z.record(z.string(), z.json()),
  /** Names of the secrets that it uses; the required ones first. */
  secrets: z.array(z.object({ name: z.string(), isRequired: z.boolean(), description: z.string() })),
  /** Which of refresh and engage it has. */
  triggers: z.array(z.enum(['refresh', 'engage'])),
  shards: z.number().int().positive().default(1),
  /** The lease that it asks for, at most 60 s. */
  leaseMs: z.number().int().positive().max(60_000).optional(),
});
export type HostedDefinition = z.output<typeof HostedDefinition>;

/** A connector (shard) that an instance shall run. The configuration itself is fetched by revision. */
export const Assignment = Fence.extend({
  revision: z.number().int(),
  wanted: WantedState,
  /** Stored by the daemon, so that a new owner continues the schedule. */
  nextRefreshAt: z.iso.datetime().nullable(),
  /** The runs that people asked for and that have not ended, oldest first. */
  requestedRuns: z.array(z.object({ id: z.uuid(), mode: RunMode, approves: z.uuid().optional() })),
  /** Raised by `restart`: a value that the owner has not seen before means stop and start once. */
  restarts: z.number().int().default(0),
});
export type Assignment = z.output<typeof Assignment>;

export const StatusReport = Fence.extend({
  status: ObservedStatus,
  /** What its next refresh was planned for: the schedule of an older document or start says nothing to a next owner. */
  planned: z.object({ revision: z.number().int(), restarts: z.number().int() }).optional(),
});
export type StatusReport = z.output<typeof StatusReport>;

/** Every 1.5 s, and at once after a wake-up. The first one registers, with the definitions. */
export const Heartbeat = z.object({
  instanceId: z.string(),
  service: ServiceName,
  version: z.string(),
  startedAt: z.iso.datetime(),
  /** Where its probes and metrics are, for people. */
  address: z.string(),
  definitions: z.array(HostedDefinition).optional(),
  /** What it runs now. */
  owned: z.array(Fence),
  /** Statuses that changed since the last answered heartbeat; all of them when it registers. */
  statuses: z.array(StatusReport),
  /** The assignments that it knows, as `version` of the last reply. */
  assignmentsVersion: z.string().nullable(),
  /** Stuck: takes no new connectors and hands over those it has. */
  isDraining: z.boolean().default(false),
});
export type Heartbeat = z.output<typeof Heartbeat>;

export const HeartbeatReply = z.object({
  leaseMs: z.number().int(),
  /** The daemon does not know this instance's definitions: register again. */
  mustRegister: z.boolean(),
  assignmentsVersion: z.string(),
  /** All assignments of the instance; absent when `assignmentsVersion` is what it has. */
  assignments: z.array(Assignment).optional(),
});
export type HeartbeatReply = z.output<typeof HeartbeatReply>;

/** One log line of a connector, as `/api/connectors/{name}/logs` shows it. */
export const LogLine = z.object({
  at: z.iso.datetime(),
  level: z.string(),
  message: z.string(),
  runId: z.string().optional(),
});
export type LogLine = z.output<typeof LogLine>;
