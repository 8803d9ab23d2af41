/** Observed state of a connector instance: reported by its owner, never set by people. */
import { z } from 'zod';
import { WireError } from './errors.js';
import { RunCounts, RunOutcome, RunTrigger } from './run.js';

/**
 * `waiting`: will retry at `nextTryAt` · `failed`: needs a person · `stuck`: its code ignores abort.
 * `running` means that it works or waits for its next trigger without an error.
 */
export const ConnectorState = z.enum([
  'unassigned',
  'starting',
  'running',
  'waiting',
  'paused',
  'stopped',
  'failed',
  'stuck',
]);
export type ConnectorState = z.output<typeof ConnectorState>;

export const LastRun = z.object({
  id: z.uuid(),
  trigger: RunTrigger,
  outcome: RunOutcome,
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  counts: RunCounts,
});
export type LastRun = z.output<typeof LastRun>;

/** What an owner reports with its heartbeats. */
export const ObservedStatus = z.object({
  state: ConnectorState,
  since: z.iso.datetime(),
  /** The run in progress, if any. */
  currentRun: z
    .object({ id: z.uuid(), trigger: RunTrigger, startedAt: z.iso.datetime(), counts: RunCounts })
    .nullable()
    .default(null),
  /** The last refresh that has ended. */
  lastRun: LastRun.nullable(),
  /** The last plan that has ended: it says nothing of how the connector is. */
  lastPlan: LastRun.nullable().default(null),
  nextRefreshAt: z.iso.datetime().nullable(),
  nextTryAt: z.iso.datetime().nullable(),
  error: WireError.nullable(),
});
export type ObservedStatus = z.output<typeof ObservedStatus>;

/** A status as REST answers it. */
export const ConnectorStatus = ObservedStatus.extend({
  name: z.string(),
  wanted: z.enum(['running', 'paused', 'stopped']),
  /** The instance that runs it, null when none does. */
  owner: z.string().nullable(),
  epoch: z.number().int().nullable(),
});
export type ConnectorStatus = z.output<typeof ConnectorStatus>;
