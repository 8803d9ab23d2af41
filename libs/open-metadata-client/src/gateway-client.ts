import { gatewayMessages, IdaemonError } from '@idaemon/contracts';
import type { ConnectorStateStore, MetadataPort } from '@idaemon/connector-kit';
import { GatewayRequests, type GatewayClientOptions, type RunBegin } from './gateway-requests.js';
import { metadataPort } from './metadata-port.js';
import { MetadataSession } from './metadata-session.js';
import { stateStore } from './state-store.js';

/** Open metadata at one gateway, as one owner of one connector: whatever may heal is retried until the signal aborts. */
export class GatewayClient {
  readonly #requests: GatewayRequests;

  constructor(options: GatewayClientOptions) {
    this.#requests = new GatewayRequests(options);
  }

  /** The owner's first call, one try. Rejects with `ownership-lost` when a newer epoch was claimed. */
  async claim(instanceId: string, signal: AbortSignal): Promise<void> {
    const { messaging, gateway, fence, assertOwner } = this.#requests.options;
    assertOwner();
    await messaging.request(gatewayMessages.claim, { gateway }, { ...fence, instanceId }, { signal });
  }

  /** Begins a sync session, bound to the signal of its run. Waits while the gateway is busy, but not while it is away. */
  async begin(run: RunBegin, signal: AbortSignal): Promise<MetadataSession> {
    const { fence, service, source, synchronization, removal } = this.#requests.options;
    const { startedAt, ...rest } = run;
    const begun = await this.#requests.ask(
      gatewayMessages.begin,
      { fence, service, source, synchronization, removal, startedAt: startedAt.toISOString(), ...rest },
      signal,
      { isWrite: true, onFailure: throwUnlessBusy },
    );
    return new MetadataSession(this.#requests, { ...begun, mode: run.mode }, signal);
  }

  /** Look-ups, single changes and what others change, until the signal aborts. */
  port(signal: AbortSignal): MetadataPort {
    return metadataPort(this.#requests, { state: this.state(signal), waitsForChanges: true }, signal);
  }

  /** Cursors and the like of the connector. */
  state(signal: AbortSignal): ConnectorStateStore {
    return stateStore(this.#requests, signal);
  }
}

function throwUnlessBusy(error: unknown): void {
  if (!(error instanceof IdaemonError) || error.code !== 'busy') throw error;
}
