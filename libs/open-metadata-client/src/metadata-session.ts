import {
  RequestError,
  sessionMessages,
  SessionLostError,
  toWireError,
  type Change,
  type ChangeResult,
  type Element,
  type ElementChange,
  type ElementWrite,
  type Reference,
  type Relationship,
  type RequestContract,
  type RunCounts,
  type RunMode,
  type RunReport,
  type Unread,
} from '@idaemon/contracts';
import type {
  ChangeOptions,
  ConnectorStateStore,
  FindQuery,
  FollowQuery,
  MetadataPort,
  RelationshipsQuery,
  SessionPort,
} from '@idaemon/connector-kit';
import { NoAnswerError, type UnavailableReason } from '@idaemon/messaging';
import type { z } from 'zod';
import type { GatewayRequests } from './gateway-requests.js';
import { metadataPort } from './metadata-port.js';
import { sessionState } from './session-state.js';
import { SessionWriter } from './session-writer.js';
import { stateStore } from './state-store.js';

/** A replica that is away for longer than its reconnect takes is gone, and the session with it. */
const replicaGoneMs: Record<UnavailableReason, number> = {
  'no-responders': 10_000,
  timeout: 300_000,
  disconnected: Infinity,
};
/** What a slow source has given is sent after this time, though its batch is not full. */
const flushIntervalMs = 2_000;
const keepAliveMs = 15_000;

/** One refresh, from begin to commit, at the gateway replica that holds it. */
export class MetadataSession implements SessionPort {
  /** Cursors and the like of the connector, saved with what was written before. */
  readonly state: ConnectorStateStore;
  readonly #port: MetadataPort;
  readonly #writer: SessionWriter;
  readonly #timer: NodeJS.Timeout;
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  #silence: { reason: UnavailableReason; sinceMs: number } | undefined;
  #lastSentAt: number;

  constructor(
    private readonly requests: GatewayRequests,
    private readonly begun: {
      session: string;
      replica: string;
      isFirst?: boolean | undefined;
      mode: RunMode;
    },
    signal: AbortSignal,
  ) {
    this.#signal = AbortSignal.any([signal, this.#ended.signal]);
    this.#lastSentAt = requests.nowMs();
    this.#writer = new SessionWriter(
      (batch) => this.#send(sessionMessages.batch, { session: begun.session, ...batch }),
      begun,
    );
    const kept = stateStore(requests, this.#signal);
    this.state = sessionState(kept, this.#writer, begun.mode);
    this.#port = metadataPort(requests, { state: this.state, waitsForChanges: false }, this.#signal);
    this.#timer = setInterval(() => this.#tick(), flushIntervalMs);
    this.#signal.addEventListener('abort', () => clearInterval(this.#timer), { once: true });
  }

  /** Of what the gateway has answered so far. */
  get counts(): RunCounts {
    return this.#writer.counts;
  }

  write(collection: string, scope: string, element: ElementWrite): Promise<void> | undefined {
    return this.#writer.write(collection, scope, element);
  }

  /** Waits for everything that was written before it. */
  async complete(collection: string, scope: string): Promise<void> {
    await this.#writer.drain();
    await this.#send(sessionMessages.complete, { session: this.begun.session, collection, scope });
  }

  async unread(unread: Unread, of: { collection: string } | { element: Reference }): Promise<void> {
    await this.#send(sessionMessages.unread, { session: this.begun.session, unread, ...of });
  }

  /** A plan writes nothing: what would be upserted is listed in it, anything else it could not show is refused. */
  async change(change: Change, options?: ChangeOptions): Promise<ChangeResult> {
    if (this.begun.mode !== 'plan') return this.#port.change(change, options);
    if (change.operation !== 'upsert') throw notInPlan(change);
    await this.#writer.write(change.collection, change.scope, change.element);
    return { result: 'unchanged', guid: null };
  }

  resolve(reference: Reference): Promise<Element | null> {
    return this.#port.resolve(reference);
  }

  find(query: FindQuery & { type: string }): AsyncIterable<Element> {
    return this.#port.find(query);
  }

  relationships(query: RelationshipsQuery): AsyncIterable<Relationship> {
    return this.#port.relationships(query);
  }

  follow(query: FollowQuery): AsyncIterable<ElementChange> {
    return this.#port.follow(query);
  }

  /** Ends the session: removals happen here. Rejects when any write had failed. */
  async commit(): Promise<RunReport> {
    await this.#writer.drain();
    const request = { session: this.begun.session, batches: this.#writer.answered };
    for (;;) {
      const reply = await this.#send(sessionMessages.commit, request);
      if (reply.state === 'committing') continue;
      this.#end();
      return reply.report;
    }
  }

  /**
   * Ends the session without removing anything. Without an error the run goes on elsewhere and has no report here.
   * Null also when the gateway does not hear it: the session expires by itself.
   */
  async abandon(error?: unknown): Promise<RunReport | null> {
    this.#end();
    const { messaging } = this.requests.options;
    const { session } = this.begun;
    const payload = error === undefined ? { session } : { session, error: toWireError(error) };
    try {
      const options = { deadlineMs: error === undefined ? 400 : 2_000 };
      return (await messaging.request(sessionMessages.abandon, this.#address(), payload, options)).report;
    } catch {
      return null;
    }
  }

  #tick(): void {
    this.#writer.flush();
    if (this.requests.nowMs() - this.#lastSentAt >= keepAliveMs) void this.#keepAlive();
  }

  /** Its failure says nothing that the next batch does not say. */
  async #keepAlive(): Promise<void> {
    this.#lastSentAt = this.requests.nowMs();
    const { messaging } = this.requests.options;
    const payload = { session: this.begun.session };
    await messaging
      .request(sessionMessages.keepAlive, this.#address(), payload, { signal: this.#signal })
      .catch(() => undefined);
  }

  #send<Request extends z.ZodType, Answer extends z.ZodType>(
    contract: RequestContract<Request, Answer>,
    payload: z.input<Request>,
  ): Promise<z.output<Answer>> {
    const { messaging, assertOwner } = this.requests.options;
    const attempt = async () => {
      this.#lastSentAt = this.requests.nowMs();
      const answer = await messaging.request(contract, this.#address(), payload, { signal: this.#signal });
      this.#silence = undefined;
      return answer;
    };
    const onFailure = (error: unknown) => this.#giveUpOnLostReplica(error);
    return this.requests.repeat(attempt, { signal: this.#signal, beforeTry: assertOwner, onFailure });
  }

  /** Batches that are still repeated end here. */
  #end(): void {
    this.#ended.abort(new Error('The session has ended'));
  }

  #giveUpOnLostReplica(error: unknown): void {
    const reason = error instanceof NoAnswerError ? error.reason : undefined;
    if (!reason) {
      this.#silence = undefined;
      return;
    }
    const nowMs = this.requests.nowMs();
    if (this.#silence?.reason !== reason) this.#silence = { reason, sinceMs: nowMs };
    if (nowMs - this.#silence.sinceMs < replicaGoneMs[reason]) return;
    throw new SessionLostError(`The gateway replica ${this.begun.replica}, which held the session, is gone`, {
      cause: error,
    });
  }

  #address(): { gateway: string; replica: string } {
    return { gateway: this.requests.options.gateway, replica: this.begun.replica };
  }
}

function notInPlan({ operation }: Change): RequestError {
  return new RequestError(`A plan cannot show the single change "${operation}"; nothing was written`, {
    action: 'Refresh instead. A connector whose refresh only syncs and upserts can be planned.',
  });
}
