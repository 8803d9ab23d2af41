import { setTimeout as wait } from 'node:timers/promises';
import {
  events,
  gatewayMessages,
  metadataMessages,
  type Change,
  type ChangeResult,
  type Element,
  type Reference,
  type Relationship,
  type StateValues,
} from '@idaemon/contracts';
import type {
  ConnectorStateStore,
  FindQuery,
  MetadataPort,
  RelationshipsQuery,
} from '@idaemon/connector-kit';
import { ChangeQueue } from './change-queue.js';
import { followChanges, type ChangeSource } from './followed-changes.js';
import type { GatewayRequests } from './gateway-requests.js';
import { pagesOf } from './pages-of.js';
import { stateValues } from './state-store.js';

export interface PortOptions {
  /** Keeps the cursors of changes. */
  state: ConnectorStateStore;
  waitsForChanges: boolean;
}

/** What a context stands on, until the signal aborts. */
export function metadataPort(
  requests: GatewayRequests,
  { state, waitsForChanges }: PortOptions,
  signal: AbortSignal,
): MetadataPort {
  const changes = new ChangeQueue((some, values) => change(requests, some, values, signal));
  const source = changeSource(requests);
  return {
    change: (one, options) => changes.add(one, stateValues(options?.state)),
    resolve: (reference) => resolve(requests, reference, signal),
    find: (query) => find(requests, query, signal),
    relationships: (query) => relationships(requests, query, signal),
    follow: (query) => followChanges(query, { source, state, waits: waitsForChanges }, signal),
  };
}

function changeSource(requests: GatewayRequests): ChangeSource {
  const { messaging, gateway, fence, onGap } = requests.options;
  return {
    ask: (query, signal) =>
      requests.ask(metadataMessages.follow, { ...query, notBy: fence.connector }, signal),
    listen: (onNotice) => messaging.subscribe(events.metadataChanged, { gateway }, onNotice),
    onGap: () => onGap?.(),
    nowMs: () => requests.nowMs(),
    wait: (delayMs, until) => wait(delayMs, undefined, { signal: until }),
  };
}

async function change(
  requests: GatewayRequests,
  changes: Change[],
  state: StateValues | undefined,
  signal: AbortSignal,
): Promise<ChangeResult[]> {
  const { fence, service, source, synchronization, removal } = requests.options;
  const payload = { fence, service, source, synchronization, removal, changes, state };
  return (await requests.ask(gatewayMessages.change, payload, signal, { isWrite: true })).results;
}

async function resolve(
  requests: GatewayRequests,
  element: Reference,
  signal: AbortSignal,
): Promise<Element | null> {
  return (await requests.ask(metadataMessages.resolve, { element }, signal)).element;
}

function find(
  requests: GatewayRequests,
  query: FindQuery & { type: string },
  signal: AbortSignal,
): AsyncGenerator<Element> {
  const page = { pageSize: 500, includePlaceholders: false };
  return pagesOf((cursor) => requests.ask(metadataMessages.elements, { ...query, ...page, cursor }, signal));
}

function relationships(
  requests: GatewayRequests,
  query: RelationshipsQuery,
  signal: AbortSignal,
): AsyncGenerator<Relationship> {
  return pagesOf((cursor) =>
    requests.ask(metadataMessages.relationships, { ...query, pageSize: 500, cursor }, signal),
  );
}
