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
} from './configuration.js';
import { Element, ElementVersion, ElementWrite, Reference, Relationship } from './element.js';
import { FieldError, WireError } from './errors.js';
import { Heartbeat, HeartbeatReply, LogLine } from './heartbeat.js';
import {
  ChangesPage,
  ChangesQuery,
  DeadLetter,
  ElementQuery,
  Graph,
  LineageDirection,
  LineageLevel,
  MetadataChange,
  Page,
  pageOf,
} from './metadata-query.js';
import { event, request } from './request-contract.js';
import { CollectedReport, Difference, RunReport, Unread } from './run.js';
import { SenderKey } from './sender.js';
import { ServiceName } from './services.js';
import {
  Change,
  ChangeResult,
  Fence,
  SessionBatch,
  SessionBatchReply,
  SessionBegin,
  SessionCommit,
  SessionCommitReply,
  StateValues,
} from './session.js';

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
  /** A slow source is being read: the session must not expire. Sent each 15 s while nothing else is. */
  keepAlive: request(
    'idaemon.gateway.{gateway}.replica.{replica}.session.keep-alive',
    z.object({ session: z.uuid() }),
    Empty,
    5_000,
  ),
  commit: request(
    'idaemon.gateway.{gateway}.replica.{replica}.session.commit',
    SessionCommit,
    SessionCommitReply,
    15_000,
  ),
  /** Removes nothing. Without an error the run goes on elsewhere (stopped, moved): it has no report here. */
  abandon: request(
    'idaemon.gateway.{gateway}.replica.{replica}.session.abandon',
    z.object({ session: z.uuid(), error: WireError.optional() }),
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
    z.object({
      session: z.uuid(),
      replica: z.string(),
      /** No refresh of the connector has stored anything yet: asking by hash first would be in vain. */
      isFirst: z.boolean().optional(),
    }),
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
      state: StateValues.optional(),
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
    z.object({ reports: z.array(CollectedReport) }),
  ),
  /** A report that was replaced since `revisions`, in the order of `ids`, waits to be collected again. */
  acknowledgeRuns: request(
    'idaemon.gateway.{gateway}.runs.acknowledge',
    z.object({ ids: z.array(z.uuid()), revisions: z.array(z.string()).optional() }),
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
  /**
   * Forgets a deleted connector and, if asked, removes its elements: about `limit` of them, then `isDone` is false and
   * the same request goes on. May be repeated. `runId` is the run that the history of the elements names.
   */
  removeConnector: request(
    'idaemon.gateway.{gateway}.connector.remove',
    z.object({
      connector: z.string(),
      elements: z.enum(['keep', 'remove']),
      changedBy: z.string(),
      runId: z.uuid().optional(),
      limit: z.number().int().positive().optional(),
    }),
    z.object({ removed: z.number().int(), isDone: z.boolean().default(true) }),
    60_000,
  ),
} as const;

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
      /** Default: whatever the node is. */
      level: LineageLevel.optional(),
      /** Also the runs of the processes of the graph, the newest first. */
      includeRuns: z.boolean().default(false),
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
  /** For connectors: the elements that have changed since a cursor, each in its latest state. */
  follow: request('idaemon.gateway.{gateway}.metadata.follow', ChangesQuery, ChangesPage),
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
  /** All sender keys, page by page. Pages of another revision than the first: begin again. */
  senderKeys: request(
    'idaemon.daemon.sender-keys',
    z.object({ cursor: z.string().optional() }),
    z.object({ revision: z.number().int(), items: z.array(SenderKey), next: z.string().nullable() }),
    3_000,
  ),
  /** Whose token this is (the SHA-256 of it, in hex); null for one that is unknown, expired or revoked. */
  tokenOwner: request(
    'idaemon.daemon.token-owner',
    z.object({ hash: z.string().length(64) }),
    z.object({ owner: z.object({ name: z.string(), role: z.string() }).nullable() }),
    3_000,
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
  /** A sender key was made or revoked. */
  senderKeysChanged: event('idaemon.daemon.sender-keys-changed', z.object({ revision: z.number().int() })),
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
