import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import {
  fromWireError,
  IdaemonError,
  SystemUnavailableError,
  toWireError,
  type EventContract,
  type Reply,
  type RequestContract,
} from '@idaemon/contracts';
import type { z } from 'zod';
import { connectUntil, hostsOf } from './connection.js';
import { NoAnswerError } from './no-answer-error.js';
import { fillSubject, type SubjectParameters } from './subject.js';
import { busy, decode, encode, invalidReply, invalidRequest, isNoResponders } from './wire.js';

export interface MessagingOptions {
  /** `nats://[user:password@]host:port`; several, separated by commas. `tls://` refuses what is not encrypted. */
  url: string;
  /** Shown in the server's connection list. */
  name: string;
  /** Ends the wait for the first connection. */
  signal?: AbortSignal;
  /** Told of connection changes and of handler failures that are bugs. */
  onEvent?: (event: MessagingEvent) => void;
}

export type MessagingEvent =
  | { event: 'connected' | 'disconnected' | 'reconnected' }
  | { event: 'connect-failed'; reason: string }
  | { event: 'handler-failed'; subject: string; error: unknown };

export interface RequestOptions {
  deadlineMs?: number;
  signal?: AbortSignal;
}

export interface RespondOptions {
  /** Instances with the same queue share the requests; default: the subject is answered by everyone who responds. */
  queue?: string;
  /** More requests than this at once are answered `busy`; default 128. */
  maxConcurrent?: number;
}

/** Ends a `respond` or `subscribe`; what has arrived is still handled. */
export interface Listening {
  unsubscribe(): void;
}

/** How long `close` waits for the handlers that are at work. */
const closeDeadlineMs = 2_000;

interface Listener {
  subject: string;
  queue?: string;
  onMessage: (message: Msg) => void;
  subscription?: Subscription;
}

/**
 * Requests, replies and events over core NATS, typed by their contracts. It connects in the background and
 * reconnects for ever, gives every request a deadline, queues nothing while it is cut off, and drains on close.
 */
export class Messaging {
  readonly #closing = new AbortController();
  readonly #listeners = new Set<Listener>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #whenCut = new Set<() => void>();
  readonly #connected: Promise<void>;
  #connection: NatsConnection | undefined;
  #isConnected = false;
  #problem: string;

  private constructor(private readonly options: MessagingOptions) {
    this.#problem = `Not yet connected to NATS at ${hostsOf(options.url)}`;
    this.#connected = this.#connect();
  }

  /** At once, whether NATS is there or not: listeners are registered with it as soon as it is. */
  static open(options: MessagingOptions): Messaging {
    return new Messaging(options);
  }

  /** Waits for the first connection; rejects when `signal` aborts before it. */
  static async connect(options: MessagingOptions): Promise<Messaging> {
    const messaging = Messaging.open(options);
    await messaging.#connected;
    if (!messaging.isConnected) throw new SystemUnavailableError(`NATS at ${hostsOf(options.url)}`);
    return messaging;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Why it is not connected, for `/readyz`; undefined when it is. */
  get problem(): string | undefined {
    return this.#isConnected ? undefined : this.#problem;
  }

  /** Sends a request and waits for its answer; throws the error that the other side answered, or NoAnswerError. */
  async request<Request extends z.ZodType, Answer extends z.ZodType>(
    contract: RequestContract<Request, Answer>,
    parameters: SubjectParameters,
    payload: z.input<Request>,
    { deadlineMs = contract.deadlineMs, signal }: RequestOptions = {},
  ): Promise<z.output<Answer>> {
    signal?.throwIfAborted();
    const subject = fillSubject(contract.subject, parameters);
    const answer = await this.#exchange(subject, encode(subject, payload), deadlineMs, signal);
    const reply = decode(answer) as Reply<unknown> | undefined;
    if (!reply) throw invalidReply(subject);
    if (!reply.ok) throw fromWireError(reply.error);
    const value = contract.reply.safeParse(reply.value);
    if (!value.success) throw invalidReply(subject, value.error);
    return value.data;
  }

  /** Answers requests until `close` or `unsubscribe`. Requests are checked against the contract. */
  respond<Request extends z.ZodType, Answer extends z.ZodType>(
    contract: RequestContract<Request, Answer>,
    parameters: SubjectParameters,
    handler: (request: z.output<Request>) => Promise<z.input<Answer>>,
    { queue, maxConcurrent = 128 }: RespondOptions = {},
  ): Listening {
    const subject = fillSubject(contract.subject, parameters);
    let underWay = 0;
    const answer = async (message: Msg): Promise<void> => {
      if (underWay >= maxConcurrent) return this.#reply(message, busy(subject));
      underWay += 1;
      const reply = await this.#handle(contract, handler, message);
      underWay -= 1;
      this.#reply(message, reply);
    };
    return this.#listen({ subject, queue, onMessage: (message) => this.#track(answer(message)) });
  }

  /** Says that something may have changed. May be lost; never waits. */
  publish<Payload extends z.ZodType>(
    contract: EventContract<Payload>,
    parameters: SubjectParameters,
    payload: z.input<Payload>,
  ): void {
    if (!this.#isConnected) return;
    const subject = fillSubject(contract.subject, parameters);
    this.#connection?.publish(subject, encode(subject, payload));
  }

  /** Listens for an event; a parameter `*` listens for all of its values. */
  subscribe<Payload extends z.ZodType>(
    contract: EventContract<Payload>,
    parameters: SubjectParameters,
    handler: (payload: z.output<Payload>) => void,
  ): Listening {
    const onMessage = (message: Msg) => {
      const payload = contract.payload.safeParse(decode(message));
      if (payload.success) handler(payload.data);
    };
    return this.#listen({ subject: fillSubject(contract.subject, parameters), onMessage });
  }

  /** Takes nothing new, lets the handlers that are at work answer, then closes. Safe to call twice. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connected;
    const connection = this.#connection;
    if (!connection || connection.isClosed()) return;
    if (this.#isConnected) await settledWithin(this.#settle(connection), closeDeadlineMs);
    await connection.close();
  }

  async #settle(connection: NatsConnection): Promise<void> {
    await Promise.all([...this.#listeners].map(async ({ subscription }) => subscription?.drain()));
    await Promise.all(this.#underWay);
    await connection.flush();
  }

  async #connect(): Promise<void> {
    const { url, name, signal, onEvent } = this.options;
    const ends = signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
    const connection = await connectUntil(url, name, ends, (reason) => {
      if (reason !== this.#problem) onEvent?.({ event: 'connect-failed', reason });
      this.#problem = reason;
    });
    if (!connection || ends.aborted) return connection?.close();
    this.#connection = connection;
    this.#isConnected = true;
    for (const listener of this.#listeners) this.#register(listener, connection);
    void this.#watch(connection);
    onEvent?.({ event: 'connected' });
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') this.#cut();
      if (type === 'reconnect') this.#isConnected = true;
      if (type === 'reconnect') this.options.onEvent?.({ event: 'reconnected' });
    }
    this.#cut();
  }

  /** Requests that wait for an answer fail now: it would not find its way back. */
  #cut(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.#problem = `The connection to NATS at ${hostsOf(this.options.url)} is lost`;
    for (const cut of this.#whenCut) cut();
    // Whoever closes knows.
    if (!this.#closing.signal.aborted) this.options.onEvent?.({ event: 'disconnected' });
  }

  #listen(listener: Listener): Listening {
    this.#listeners.add(listener);
    if (this.#connection) this.#register(listener, this.#connection);
    return {
      unsubscribe: () => {
        this.#listeners.delete(listener);
        if (this.#connection?.isClosed() === false) listener.subscription?.unsubscribe();
      },
    };
  }

  #register(listener: Listener, connection: NatsConnection): void {
    const { subject, queue, onMessage } = listener;
    listener.subscription = connection.subscribe(subject, {
      queue,
      callback: (error, message) => {
        if (!error) onMessage(message);
      },
    });
  }

  #track(work: Promise<void>): void {
    const tracked = work.catch(() => undefined).finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  /** While it is cut off nothing is sent: the client would queue it without bound and send it when nobody waits. */
  async #exchange(subject: string, body: Uint8Array, deadlineMs: number, signal?: AbortSignal): Promise<Msg> {
    const connection = this.#connection;
    if (!connection || !this.#isConnected) throw new NoAnswerError(subject, 'disconnected');
    const answer = connection.request(subject, body, { timeout: deadlineMs });
    answer.catch(() => undefined);
    const end = this.#endOfWait(subject, signal);
    try {
      return await Promise.race([answer, end.rejected]);
    } catch (error) {
      if (signal?.aborted || error instanceof NoAnswerError) throw error;
      throw new NoAnswerError(subject, isNoResponders(error) ? 'no-responders' : 'timeout');
    } finally {
      end.dispose();
    }
  }

  /** Disposed after each request: a signal that lives as long as the process must not collect listeners. */
  #endOfWait(subject: string, signal?: AbortSignal): { rejected: Promise<never>; dispose: () => void } {
    let reject: (reason: unknown) => void = () => undefined;
    const rejected = new Promise<never>((_, rejectIt) => (reject = rejectIt));
    const abort = () => reject(signal?.reason);
    const cut = () => reject(new NoAnswerError(subject, 'disconnected'));
    const dispose = () => {
      signal?.removeEventListener('abort', abort);
      this.#whenCut.delete(cut);
    };
    signal?.addEventListener('abort', abort, { once: true });
    this.#whenCut.add(cut);
    return { rejected, dispose };
  }

  async #handle<Request extends z.ZodType, Answer extends z.ZodType>(
    contract: RequestContract<Request, Answer>,
    handler: (request: z.output<Request>) => Promise<z.input<Answer>>,
    message: Msg,
  ): Promise<Reply<z.input<Answer>>> {
    try {
      const parsed = contract.request.safeParse(decode(message));
      if (!parsed.success)
        return { ok: false, error: toWireError(invalidRequest(contract.subject, parsed.error)) };
      return { ok: true, value: await handler(parsed.data) };
    } catch (error) {
      if (!(error instanceof IdaemonError)) {
        this.options.onEvent?.({ event: 'handler-failed', subject: contract.subject, error });
      }
      return { ok: false, error: toWireError(error) };
    }
  }

  /** An answer that nobody can get any more is dropped: its asker asks again. */
  #reply(message: Msg, reply: Reply<unknown>): void {
    if (!this.#isConnected) return;
    try {
      message.respond(encode(message.subject, reply));
    } catch (error) {
      message.respond(encode(message.subject, { ok: false, error: toWireError(error) }));
    }
  }
}

async function settledWithin(work: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => (timer = setTimeout(resolve, deadlineMs)));
  await Promise.race([work.catch(() => undefined), deadline]);
  clearTimeout(timer);
}
