/**
 * The wire: every NATS subject with its request and reply. Requests are answered with `Reply`; replies and requests
 * are at most `maxMessageBytes`. NATS carries requests and wake-ups only: losing all of them loses nothing.
 */
import { z } from 'zod';
import {
  ConnectorConfiguration,
  GatewayDocument,
  MetadataSource,
  RemovalGuard,
  Synchronization,
  WantedState,
} from './configuration.js';
import { Element, ElementVersion, ElementWrite, Properties, Reference, Relationship } from './element.js';
import { FieldError, WireError } from './errors.js';
import { Difference, RunCounts, RunMode, RunReport, RunTrigger, Unread } from './run.js';
import { ServiceName } from './services.js';
import { ObservedStatus } from './status.js';

/** Every request and reply is at most this long; lists page by bytes. */
export const maxMessageBytes = 512 * 1024;
/** A larger element is a dead letter that names its size. */
export const maxElementBytes = 256 * 1024;
/** At most this many batches of one session are under way at once. */
export const maxBatchesInFlight = 2;
/** Connector state saved with `state.put` is at most this long. */
export const maxStateBytes = 64 * 1024;

/** A request with its subject (`{name}` parts are filled in), the shapes of both ways and its deadline. */
export interface RequestContract<Request extends z.ZodType = z.ZodType, Reply extends z.ZodType = z.ZodType> {
  readonly subject: string;
  readonly request: Request;
  readonly reply: Reply;
  readonly deadlineMs: number;
}
/** An event that says "look again"; its payload is a hint only. */
export interface EventContract<Payload extends z.ZodType = z.ZodType> {
  readonly subject: string;
  readonly payload: Payload;
}

function request<Request extends z.ZodType, Reply extends z.ZodType>(
  subject: string,
  requestSchema: Request,
  reply: Reply,
  deadlineMs = 10_000,
): RequestContract<Request, Reply> {
  return { subject, request: requestSchema, reply, deadlineMs };
}
function event<Payload extends z.ZodType>(subject: string, payload: Payload): EventContract<Payload> {
  return { subject, payload };
}

/** What travels back for a request: the answer, or why there is none. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: WireError };

// ---- claims and fences -------------------------------------------------------------------------------------------

/** Carried by every write: refused in the transaction of the write when a newer epoch was claimed. */
export const Fence = z.object({
  connector: z.string(),
  shard: z.number().int().min(0).default(0),
  epoch: z.number().int().positive(),
});
export type Fence = z.output<typeof Fence>;

// ---- gateway: writing --------------------------------------------------------------------------------------------

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
  qualifiedName: z.string(),
  hash: z.string(),
  element: ElementWrite.optional(),
});
export type BatchEntry = z.output<typeof BatchEntry>;

/** Batches carry (session, number) and are idempotent: a repeated number is answered as the first time. */
export const SessionBatch = z.object({
  session: z.uuid(),
  number: z.number().int().min(0),
  collection: z.string(),
  scope: z.string(),
  entries: z.array(BatchEntry),
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

/** A single change, outside of sessions (`engage`). Facets are written to elements of any source. */
export const Change = z.discriminatedUnion('operation', [
  z.object({
    operation: z.literal('upsert'),
    collection: z.string(),
    scope: z.string(),
    element: ElementWrite,
  }),
  z.object({
    operation: z.literal('remove'),
    collection: z.string(),
    element: Reference,
    recursive: z.boolean().default(true),
  }),
  z.object({
    operation: z.literal('relate'),
    type: z.string(),
    end1: Reference,
    end2: Reference,
    properties: Properties.default({}),
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

const Empty = z.object({});

/** Answered by the gateway replica that owns the session; `{replica}` comes with the reply to `begin`. */
export const sessionMessages = {
  batch: request(
    'idaemon.gateway.{gateway}.replica.{replica}.session.batch',
    SessionBatch,
    SessionBatchReply,
    30_000,
  ),
  /** The scope of a collection was read to its end: it is swept at commit. */
  complete: request(
    'idaemon.gateway.{gateway}.replica.{replica}.session.complete',
    z.object({ session: z.uuid(), collection: z.string(), scope: z.string() }),
    Empty,
  ),
  /** Something could not be read: nothing at or below it is removed. A `collection` alone protects all of it. */
  unread: request(
    'idaemon.gateway.{gateway}.replica.{replica}.session.unread',
    z.object({
      session: z.uuid(),
      collection: z.string().optional(),
      element: Reference.optional(),
      unread: Unread,
    }),
    Empty,
  ),
  commit: request(
    'idaemon.gateway.{gateway}.replica.{replica}.session.commit',
    SessionCommit,
    SessionCommitReply,
    15_000,
  ),
  abandon: request(
    'idaemon.gateway.{gateway}.replica.{replica}.session.abandon',
    z.object({ session: z.uuid(), error: WireError }),
    z.object({ report: RunReport.nullable() }),
  ),
} as const;

export const StateKey = z.object({
  connector: z.string(),
  shard: z.number().int().default(0),
  key: z.string().max(200),
});

export const gatewayMessages = {
  /** The owner's first call, before `connect`. Refused as `ownership-lost` with the newest epoch. */
  claim: request(
    'idaemon.gateway.{gateway}.claim',
    Fence.extend({ instanceId: z.string() }),
    z.object({ epoch: z.number().int() }),
  ),
  /** Each heartbeat: which of these claims are no longer the newest. */
  confirm: request(
    'idaemon.gateway.{gateway}.confirm',
    z.object({ claims: z.array(Fence) }),
    z.object({ lost: z.array(Fence) }),
    3_000,
  ),
  begin: request(
    'idaemon.gateway.{gateway}.session.begin',
    SessionBegin,
    z.object({ session: z.uuid(), replica: z.string() }),
  ),
  change: request(
    'idaemon.gateway.{gateway}.change',
    z.object({
      fence: Fence,
      service: ServiceName,
      source: MetadataSource.required({ displayName: true }),
      synchronization: Synchronization,
      removal: RemovalGuard,
      changes: z.array(Change).max(500),
    }),
    z.object({ results: z.array(ChangeResult) }),
    30_000,
  ),
  /** A run that ended without a session (a failed connect); idempotent by its id. */
  reportRun: request('idaemon.gateway.{gateway}.runs.report', z.object({ report: RunReport }), Empty),
  /** Reports not yet collected, oldest first; they are deleted by `acknowledgeRuns`. */
  collectRuns: request(
    'idaemon.gateway.{gateway}.runs.collect',
    z.object({ limit: z.number().int().max(500).default(200) }),
    z.object({ reports: z.array(RunReport) }),
  ),
  acknowledgeRuns: request(
    'idaemon.gateway.{gateway}.runs.acknowledge',
    z.object({ ids: z.array(z.uuid()) }),
    Empty,
  ),
  runDifferences: request(
    'idaemon.gateway.{gateway}.runs.differences',
    z.object({
      runId: z.uuid(),
      change: Difference.shape.change.optional(),
      pageSize: z.number().int(),
      cursor: z.string().optional(),
    }),
    z.object({ items: z.array(Difference), total: z.number().int(), next: z.string().nullable() }),
  ),
  getState: request(
    'idaemon.gateway.{gateway}.state.get',
    StateKey,
    z.object({ value: z.json().nullable() }),
  ),
  putState: request(
    'idaemon.gateway.{gateway}.state.put',
    z.object({ fence: Fence, key: z.string().max(200), value: z.json() }),
    Empty,
  ),
  /** Elements of a connector that was deleted with `?elements=remove`: removed in the background, source by source. */
  removeConnector: request(
    'idaemon.gateway.{gateway}.connector.remove',
    z.object({ connector: z.string(), elements: z.enum(['keep', 'remove']), changedBy: z.string() }),
    z.object({ removed: z.number().int() }),
    60_000,
  ),
} as const;

// ---- gateway: reading --------------------------------------------------------------------------------------------

const Page = z.object({
  pageSize: z.number().int().min(1).max(1000).default(100),
  cursor: z.string().optional(),
});
const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), total: z.number().int(), next: z.string().nullable() });

export const ElementQuery = Page.extend({
  /** Subtypes included. */
  type: z.string().optional(),
  /** Qualified name of a metadata source. */
  source: z.string().optional(),
  /** Text in name, qualified name or description. */
  q: z.string().max(500).optional(),
  qualifiedName: z.string().optional(),
  locator: z.object({ namespace: z.string(), name: z.string() }).optional(),
  /** Only elements that are effective at this time; default: whatever their effectivity. */
  effectiveAt: z.iso.datetime().optional(),
  includePlaceholders: z.boolean().default(false),
});
export type ElementQuery = z.output<typeof ElementQuery>;

export const LineageDirection = z.enum(['upstream', 'downstream', 'both']);

/** A part of the graph: elements and the relationships among them; `truncated` when a limit cut it. */
export const Graph = z.object({
  elements: z.array(
    Element.pick({ guid: true, type: true, qualifiedName: true, displayName: true, source: true }),
  ),
  relationships: z.array(Relationship),
  truncated: z.boolean(),
});
export type Graph = z.output<typeof Graph>;

/** One change of open metadata, at its position of the gateway's feed. */
export const MetadataChange = z.object({
  position: z.number().int(),
  at: z.iso.datetime(),
  kind: z.enum(['created', 'updated', 'removed']),
  guid: z.uuid(),
  type: z.string(),
  qualifiedName: z.string(),
  source: z.string().nullable(),
  /** The connector that made the change, null for a user or the gateway itself. */
  connector: z.string().nullable(),
});
export type MetadataChange = z.output<typeof MetadataChange>;

export const DeadLetter = z.object({
  id: z.string(),
  kind: z.enum(['element', 'event']),
  connector: z.string(),
  runId: z.uuid().nullable(),
  at: z.iso.datetime(),
  qualifiedName: z.string(),
  error: WireError,
  /** The element as it was sent; absent in lists. */
  element: ElementWrite.optional(),
});
export type DeadLetter = z.output<typeof DeadLetter>;

export const metadataMessages = {
  elements: request('idaemon.gateway.{gateway}.metadata.elements', ElementQuery, pageOf(Element)),
  element: request('idaemon.gateway.{gateway}.metadata.element', z.object({ guid: z.uuid() }), Element),
  resolve: request(
    'idaemon.gateway.{gateway}.metadata.resolve',
    z.object({ element: Reference }),
    z.object({ element: Element.nullable() }),
  ),
  relationships: request(
    'idaemon.gateway.{gateway}.metadata.relationships',
    Page.extend({ guid: z.uuid(), type: z.string().optional() }),
    pageOf(Relationship),
  ),
  history: request(
    'idaemon.gateway.{gateway}.metadata.history',
    Page.extend({ guid: z.uuid() }),
    pageOf(ElementVersion),
  ),
  search: request('idaemon.gateway.{gateway}.metadata.search', ElementQuery, pageOf(Element)),
  /** Everything within `depth` relationships of an element. */
  neighbourhood: request(
    'idaemon.gateway.{gateway}.metadata.neighbourhood',
    z.object({
      guid: z.uuid(),
      depth: z.number().int().min(1).max(5).default(1),
      limit: z.number().int().max(2000).default(500),
    }),
    Graph,
  ),
  lineage: request(
    'idaemon.gateway.{gateway}.metadata.lineage',
    z.object({
      node: Reference,
      direction: LineageDirection.default('both'),
      depth: z.number().int().min(1).max(50).default(5),
      limit: z.number().int().max(5000).default(1000),
    }),
    Graph,
  ),
  /** The feed after `position`, oldest first; `gap` when retention has overtaken the position. */
  changes: request(
    'idaemon.gateway.{gateway}.metadata.changes',
    z.object({
      position: z.number().int().min(0),
      limit: z.number().int().max(1000).default(500),
      types: z.array(z.string()).optional(),
      sources: z.array(z.string()).optional(),
      /** Leaves out what this connector changed itself. */
      notBy: z.string().optional(),
    }),
    z.object({ items: z.array(MetadataChange), position: z.number().int(), gap: z.boolean() }),
  ),
  deadLetters: request(
    'idaemon.gateway.{gateway}.dead-letters.list',
    Page.extend({ connector: z.string().optional() }),
    pageOf(DeadLetter),
  ),
  deadLetter: request('idaemon.gateway.{gateway}.dead-letters.get', z.object({ id: z.string() }), DeadLetter),
  /** Writes the element again, as it was or repaired; the dead letter goes when it succeeds. */
  replayDeadLetter: request(
    'idaemon.gateway.{gateway}.dead-letters.replay',
    z.object({ id: z.string(), element: ElementWrite.optional(), changedBy: z.string() }),
    z.object({ result: ChangeResult }),
  ),
  discardDeadLetter: request(
    'idaemon.gateway.{gateway}.dead-letters.discard',
    z.object({ id: z.string(), changedBy: z.string() }),
    Empty,
  ),
} as const;

// ---- daemon ------------------------------------------------------------------------------------------------------

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

export const StatusReport = Fence.extend({ status: ObservedStatus });
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

export const daemonMessages = {
  heartbeat: request('idaemon.daemon.heartbeat', Heartbeat, HeartbeatReply, 3_000),
  /** A clean stop gives everything back at once. */
  leave: request('idaemon.daemon.leave', z.object({ instanceId: z.string() }), Empty, 3_000),
  /** A connector that the instance has stopped (moved away, stopped, draining): free to be assigned again. */
  release: request(
    'idaemon.daemon.release',
    z.object({ instanceId: z.string(), released: z.array(Fence) }),
    Empty,
    3_000,
  ),
  /** A claim was refused as too old (a restored daemon database): the daemon raises its epoch above this one. */
  raiseEpoch: request(
    'idaemon.daemon.raise-epoch',
    z.object({ connector: z.string(), shard: z.number().int().default(0), epoch: z.number().int() }),
    Empty,
  ),
  configuration: request(
    'idaemon.daemon.configuration',
    z.object({ connector: z.string(), revision: z.number().int() }),
    z.object({ configuration: ConnectorConfiguration }),
  ),
  gateway: request(
    'idaemon.daemon.gateway',
    z.object({ name: z.string() }),
    z.object({ gateway: GatewayDocument.nullable() }),
  ),
} as const;

/** Answered by any instance of a service. */
export const serviceMessages = {
  /** Checks a configuration against its definition; empty when right. */
  validate: request(
    'idaemon.service.{service}.validate',
    z.object({ configuration: ConnectorConfiguration }),
    z.object({ errors: z.array(FieldError) }),
  ),
  /** Connects and disconnects without saving anything. */
  test: request(
    'idaemon.service.{service}.test',
    z.object({ configuration: ConnectorConfiguration }),
    z.object({ error: WireError.nullable(), durationMs: z.number() }),
    30_000,
  ),
} as const;

/** One log line of a connector, as `/api/connectors/{name}/logs` shows it. */
export const LogLine = z.object({
  at: z.iso.datetime(),
  level: z.string(),
  message: z.string(),
  runId: z.string().optional(),
});
export type LogLine = z.output<typeof LogLine>;

/** Answered by one instance. */
export const instanceMessages = {
  /** The last lines (at most 500 are kept in memory) that this connector logged there. */
  logs: request(
    'idaemon.instance.{instance}.logs',
    z.object({ connector: z.string(), limit: z.number().int().max(500) }),
    z.object({ items: z.array(LogLine) }),
  ),
  logLevel: request(
    'idaemon.instance.{instance}.log-level',
    z.object({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error']) }),
    Empty,
  ),
} as const;

export const events = {
  /** An assignment changed or a run was asked for: send a heartbeat now. */
  instanceWake: event('idaemon.instance.{instance}.wake', Empty),
  /** Something that the leader looks at has changed. */
  daemonWake: event('idaemon.daemon.wake', z.object({ reason: z.string() })),
  /** There are run reports to collect at this gateway. */
  runReported: event('idaemon.gateway.{gateway}.run-reported', z.object({ connector: z.string() })),
  /** The change feed of this gateway has grown. */
  metadataChanged: event(
    'idaemon.gateway.{gateway}.metadata-changed',
    z.object({ position: z.number().int() }),
  ),
  /** A gateway replica lives: its name, backend and newest feed position; every 5 s. */
  gatewayAlive: event(
    'idaemon.gateway.{gateway}.alive',
    z.object({ gateway: z.string(), replica: z.string(), version: z.string() }),
  ),
} as const;
