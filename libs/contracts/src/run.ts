/** Runs: one refresh, plan or approval of a connector, with what it changed. */
import { z } from 'zod';
import { WireError } from './errors.js';

export const RunTrigger = z.enum(['start', 'schedule', 'request', 'event', 'metadata-change']);
export type RunTrigger = z.output<typeof RunTrigger>;

/** `refresh` writes; `plan` writes nothing and lists what a refresh would do. */
export const RunMode = z.enum(['refresh', 'plan']);
export type RunMode = z.output<typeof RunMode>;

export const RunOutcome = z.enum(['succeeded', 'partial', 'failed', 'waiting-for-approval']);
export type RunOutcome = z.output<typeof RunOutcome>;

/** Elements by what happened to them; in a plan: what would happen. `failed` are dead letters. */
export const RunCounts = z.object({
  created: z.number().int().min(0),
  updated: z.number().int().min(0),
  removed: z.number().int().min(0),
  unchanged: z.number().int().min(0),
  failed: z.number().int().min(0),
});
export type RunCounts = z.output<typeof RunCounts>;
export const noCounts: RunCounts = { created: 0, updated: 0, removed: 0, unchanged: 0, failed: 0 };

/** Something the connector could not read: nothing below it was removed. */
export const Unread = z.object({ what: z.string(), reason: z.string() });
export type Unread = z.output<typeof Unread>;

/** What a finished run reports; kept at the gateway until the daemon has collected it. */
export const RunReport = z.object({
  id: z.uuid(),
  connector: z.string(),
  shard: z.number().int().min(0).default(0),
  epoch: z.number().int(),
  mode: RunMode,
  trigger: RunTrigger,
  outcome: RunOutcome,
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  counts: RunCounts,
  /** Removals that the guard holds back; in a plan: would hold back. `counts.removed` are the others. */
  heldRemovals: z.number().int().min(0).default(0),
  /** At most 100; `unreadCount` is the whole number. */
  unread: z.array(Unread).default([]),
  unreadCount: z.number().int().min(0).default(0),
  error: WireError.optional(),
  /** The run whose held removals this run was allowed to do. */
  approves: z.uuid().optional(),
});
export type RunReport = z.output<typeof RunReport>;

/** As the gateway hands it out; `revision` changes with each report of the run, and is named when it is acknowledged. */
export const CollectedReport = RunReport.extend({ revision: z.string().optional() });
export type CollectedReport = z.output<typeof CollectedReport>;

/** A run as REST answers it: requested and running ones have no outcome yet. */
export const Run = z.object({
  id: z.uuid(),
  connector: z.string(),
  /** `removal`: of the elements of a connector that was deleted; no instance has it. */
  mode: z.enum([...RunMode.options, 'removal']),
  trigger: RunTrigger,
  state: z.enum(['requested', 'running', 'ended']),
  outcome: RunOutcome.nullable(),
  requestedAt: z.iso.datetime().nullable(),
  requestedBy: z.string().nullable(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  counts: RunCounts,
  heldRemovals: z.number().int(),
  unread: z.array(Unread),
  unreadCount: z.number().int(),
  approves: z.uuid().nullable(),
  error: WireError.nullable(),
});
export type Run = z.output<typeof Run>;

export const Difference = z.object({
  change: z.enum(['created', 'updated', 'removed', 'held-removal', 'failed']),
  guid: z.uuid().nullable(),
  type: z.string(),
  qualifiedName: z.string(),
  /** Names of the changed properties, for `updated`; the reason, for `failed`. */
  detail: z.string().optional(),
});
export type Difference = z.output<typeof Difference>;
