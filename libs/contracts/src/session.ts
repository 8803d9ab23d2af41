/** What a connector's context sends to its gateway: fences, sync sessions and single changes. */
import { z } from 'zod';
import { MetadataSource, RemovalGuard, Synchronization } from './configuration.js';
import { ElementWrite, Properties, Reference } from './element.js';
import { WireError } from './errors.js';
import { RunCounts, RunMode, RunReport, RunTrigger } from './run.js';
import { ServiceName } from './services.js';

/** Carried by every write: refused in the transaction of the write when a newer epoch was claimed. */
export const Fence = z.object({
  connector: z.string(),
  shard: z.number().int().min(0).default(0),
  epoch: z.number().int().positive(),
});
export type Fence = z.output<typeof Fence>;

/** Connector state by key, at most `maxStateBytes` each: saved in the transaction of the write that carries it. */
export const StateValues = z.record(z.string().min(1).max(200), z.json());
export type StateValues = z.output<typeof StateValues>;

/** How a run stands towards the gateway; fixed when its session begins. */
export const SessionBegin = z.object({
  fence: Fence,
  runId: z.uuid(),
  mode: RunMode,
  trigger: RunTrigger,
  startedAt: z.iso.datetime(),
  service: ServiceName,
  source: MetadataSource.required({ displayName: true }),
  synchronization: Synchronization,
  removal: RemovalGuard,
  /** The run whose held removals may be done, if the next complete read still misses them. */
  approves: z.uuid().optional(),
});
export type SessionBegin = z.output<typeof SessionBegin>;

/** An element of a batch: its hash alone first (a probe), or hash and content. */
export const BatchEntry = z.object({
  /** Where it belongs, if not to the collection of its batch: one reading of a source gives parents and children in turn. */
  collection: z.string().optional(),
  qualifiedName: z.string(),
  hash: z.string(),
  element: ElementWrite.optional(),
  /** The element has this many bytes, more than `maxElementBytes`: only its names came, it is a dead letter. */
  oversizeBytes: z.number().int().positive().optional(),
});
export type BatchEntry = z.output<typeof BatchEntry>;

/** Batches carry (session, number) and are idempotent: a repeated number is answered as the first time. */
export const SessionBatch = z.object({
  session: z.uuid(),
  number: z.number().int().min(0),
  collection: z.string(),
  scope: z.string(),
  entries: z.array(BatchEntry),
  /** Saved with the batch, unless entries of it are needed: then with the batch that brings them. */
  state: StateValues.optional(),
});
export type SessionBatch = z.output<typeof SessionBatch>;

export const SessionBatchReply = z.object({
  /** Indexes of the probed entries that differ: to be sent with their content in a batch of its own. */
  needed: z.array(z.number().int()),
  /** Counts of this session so far. */
  counts: RunCounts,
});

export const SessionCommit = z.object({
  session: z.uuid(),
  /** How many batches the client had answered: a mismatch fails the session, it never sweeps. */
  batches: z.number().int().min(0),
});
/** Committing goes on while the caller asks again with the same request. */
export const SessionCommitReply = z.discriminatedUnion('state', [
  z.object({ state: z.literal('committing') }),
  z.object({ state: z.literal('done'), report: RunReport }),
]);

/** Of what is related by one `relate-all`. */
export const maxGroupParts = 16;

/** A single change, outside of sessions (`engage`). Facets are written to elements of any source. */
export const Change = z.discriminatedUnion('operation', [
  z.object({
    operation: z.literal('upsert'),
    collection: z.string(),
    scope: z.string(),
    element: ElementWrite,
    /** The element has this many bytes, more than `maxElementBytes`: only its names came, it is a dead letter. */
    oversizeBytes: z.number().int().positive().optional(),
  }),
  z.object({
    operation: z.literal('remove'),
    collection: z.string(),
    element: Reference,
    recursive: z.boolean().default(true),
    /** Its time is over by a retention rule: the guard, which is for what disappears, lets it go and does not count it. */
    isExpired: z.literal(true).optional(),
  }),
  z.object({
    operation: z.literal('relate'),
    type: z.string(),
    end1: Reference,
    end2: Reference,
    properties: Properties.default({}),
  }),
  /**
   * The source's relationships of this type and group, whichever elements they relate, are these and no others: for what
   * one thing says of many others, as a job of the columns that it fills. A source's groups are apart from each other.
   * A group that is too long for one message comes in parts; its first part ends those beyond the last.
   */
  z.object({
    operation: z.literal('relate-all'),
    type: z.string(),
    group: z.string().min(1),
    part: z
      .object({ index: z.number().int().min(0), count: z.number().int().min(1).max(maxGroupParts) })
      .optional(),
    links: z.array(z.object({ end1: Reference, end2: Reference, properties: Properties.optional() })),
  }),
  /** Removes the source's own elements of a collection directly under a parent, with all below, but for those named. */
  z.object({
    operation: z.literal('prune'),
    collection: z.string(),
    parent: Reference,
    keep: z.array(z.string()),
  }),
  z.object({ operation: z.literal('unrelate'), type: z.string(), end1: Reference, end2: Reference }),
  z.object({
    operation: z.literal('classify'),
    element: Reference,
    name: z.string(),
    properties: Properties.default({}),
  }),
  z.object({ operation: z.literal('declassify'), element: Reference, name: z.string() }),
]);
export type Change = z.output<typeof Change>;

/** The outcome of a change: `refused` carries the reason (already a dead letter where it was an element). */
export const ChangeResult = z.discriminatedUnion('result', [
  z.object({
    result: z.enum(['created', 'updated', 'unchanged', 'removed', 'absent', 'held']),
    guid: z.uuid().nullable(),
  }),
  z.object({ result: z.literal('refused'), error: WireError }),
]);
export type ChangeResult = z.output<typeof ChangeResult>;
