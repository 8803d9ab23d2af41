import {
  gatewayMessages,
  IdaemonError,
  metadataMessages,
  type Change,
  type ChangeResult,
  type Element,
  type Fence,
  type MetadataSource,
  type Reference,
  type RemovalGuard,
  type RequestContract,
  type RunMode,
  type RunTrigger,
  type ServiceName,
  type Synchronization,
} from '@idaemon/contracts';
import type { ConnectorStateStore, FindQuery, MetadataPort } from '@idaemon/connector-kit';
import type { Messaging } from '@idaemon/messaging';
import type { z } from 'zod';
import { ChangeQueue } from './change-queue.js';
import { MetadataSession } from './metadata-session.js';
import { retrying } from './retry.js';
import { stateStore } from './state-store.js';

/** How an owner of a connector stands towards its gateway. */
export interface GatewayClientOptions {
  messaging: Pick<Messaging, 'request'>;
  gateway: string;
  fence: Fence;
  service: ServiceName;
  source: Required<MetadataSource>;
  synchronization: Synchronization;
  removal: RemovalGuard;
  /** Called before each write and each repetition of it; throws when the lease is over. */
  assertOwner: () => void;
  /** Milliseconds of a clock that never goes back; default: that of the process. */
  now?: () => number;
}

export interface RunBegin {
  runId: string;
  mode: RunMode;
  trigger: RunTrigger;
  startedAt: Date;
  approves?: string;
}

interface AskOptions {
  /** Fenced: never tried after the lease. */
  isWrite?: boolean;
  onFailure?: (error: unknown) => void;
}

/** Open metadata at one gateway, as one owner of one connector: whatever may heal is retried until the signal aborts. */
export class GatewayClient {
  constructor(readonly options: GatewayClientOptions) {}

  /** The owner's first call, one try. Rejects with `ownership-lost` when a newer epoch was claimed. */
  async claim(instanceId: string, signal: AbortSignal): Promise<void> {
    const { messaging, gateway, fence, assertOwner } = this.options;
    assertOwner();
    await messaging.request(gatewayMessages.claim, { gateway }, { ...fence, instanceId }, { signal });
  }

  /** Begins a sync session, bound to the signal of its run. Waits while the gateway is busy, but not while it is away. */
  async begin(run: RunBegin, signal: AbortSignal): Promise<MetadataSession> {
    const { fence, service, source, synchronization, removal } = this.options;
    const { startedAt, ...rest } = run;
    const begun = await this.ask(
      gatewayMessages.begin,
      { fence, service, source, synchronization, removal, startedAt: startedAt.toISOString(), ...rest },
      signal,
      { isWrite: true, onFailure: throwUnlessBusy },
    );
    return new MetadataSession(this, begun, signal);
  }

  /** Look-ups and single changes, until the signal aborts. */
  port(signal: AbortSignal): MetadataPort {
    const changes = new ChangeQueue((some) => this.#change(some, signal));
    return {
      change: (change) => changes.add(change),
      resolve: (reference) => this.#resolve(reference, signal),
      find: (query) => this.#find(query, signal),
    };
  }

  /** Cursors and the like of the connector. */
  state(signal: AbortSignal): ConnectorStateStore {
    return stateStore(this, signal);
  }

  /** A request to the gateway, repeated while it cannot be answered. */
  ask<Request extends z.ZodType, Answer extends z.ZodType>(
    contract: RequestContract<Request, Answer>,
    payload: z.input<Request>,
    signal: AbortSignal,
    { isWrite = false, onFailure }: AskOptions = {},
  ): Promise<z.output<Answer>> {
    const { messaging, gateway, assertOwner } = this.options;
    return retrying(() => messaging.request(contract, { gateway }, payload, { signal }), {
      signal,
      beforeTry: isWrite ? assertOwner : undefined,
      onFailure,
    });
  }

  async #change(changes: Change[], signal: AbortSignal): Promise<ChangeResult[]> {
    const { fence, service, source, synchronization, removal } = this.options;
    const payload = { fence, service, source, synchronization, removal, changes };
    return (await this.ask(gatewayMessages.change, payload, signal, { isWrite: true })).results;
  }

  async #resolve(element: Reference, signal: AbortSignal): Promise<Element | null> {
    return (await this.ask(metadataMessages.resolve, { element }, signal)).element;
  }

  async *#find(query: FindQuery & { type: string }, signal: AbortSignal): AsyncGenerator<Element> {
    let cursor: string | undefined;
    do {
      const page = await this.ask(
        metadataMessages.elements,
        { ...query, pageSize: 500, includePlaceholders: false, cursor },
        signal,
      );
      yield* page.items;
      cursor = page.next ?? undefined;
    } while (cursor);
  }
}

function throwUnlessBusy(error: unknown): void {
  if (!(error instanceof IdaemonError) || error.code !== 'busy') throw error;
}
