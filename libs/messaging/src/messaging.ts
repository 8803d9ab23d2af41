import {
  connect,
  errors,
  type ConnectionOptions,
  type Msg,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node';
import {
  BusyError,
  fromWireError,
  IdaemonError,
  maxMessageBytes,
  RequestError,
  SystemUnavailableError,
  toWireError,
  type EventContract,
  type Reply,
  type RequestContract,
} from '@idaemon/contracts';
import type { z } from 'zod';
import { fillSubject, type SubjectParameters } from './subject.js';

export interface MessagingOptions {
  /** `nats://[user:password@]host:port`; several, separated by commas. */
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

/** Why nobody answered: nobody listens (known at once), no answer in time, or no connection. */
export type UnavailableReason = 'no-responders' | 'timeout' | 'disconnected';

/** A request that got no answer. `no-responders` tells an owner that the daemon is away, not NATS (design §6). */
export class NoAnswerError extends SystemUnavailableError {
  constructor(
    subject: string,
    readonly reason: UnavailableReason,
    options: { cause?: unknown } = {},
  ) {
    super(`${subject.split('.').slice(1, 3).join(' ')} (${texts[reason]})`, { cause: undefined, ...options });
  }
}
const texts: Record<UnavailableReason, string> = {
  'no-responders': 'nobody answers on NATS',
  timeout: 'no answer in time',
  disconnected: 'not connected to NATS',
};

const encoder = new TextEncoder();

/**
 * Requests, replies and events over core NATS, typed by their contracts. It reconnects for ever, waits for the first
 * connection, gives every request a deadline, and drains on close.
 */
export class Messaging {
  #isConnected = true;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly options: MessagingOptions,
  ) {
    void this.#watch();
  }

  static async connect(options: MessagingOptions): Promise<Messaging> {
    const connecting = connect(connectionOptions(options));
    const aborted = new Promise<never>((_, reject) => {
      options.signal?.addEventListener('abort', () => reject(new SystemUnavailableError('NATS')), {
        once: true,
      });
    });
    try {
      return new Messaging(await Promise.race([connecting, aborted]), options);
    } catch (error) {
      void connecting.then((late) => late.close()).catch(() => undefined);
      throw error;
    }
  }

  get isConnected(): boolean {
    return this.#isConnected && !this.connection.isClosed();
  }

  /** Sends a request and waits for its answer; throws the error that the other side answered, or NoAnswerError. */
  async request<Request extends z.ZodType, Answer extends z.ZodType>(
    contract: RequestContract<Request, Answer>,
    parameters: SubjectParameters,
    payload: z.input<Request>,
    options: RequestOptions = {},
  ): Promise<z.output<Answer>> {
    options.signal?.throwIfAborted();
    const subject = fillSubject(contract.subject, parameters);
    const body = encode(subject, payload);
    const answer = await this.#exchange(
      subject,
      body,
      options.deadlineMs ?? contract.deadlineMs,
      options.signal,
    );
    const reply = answer.json<Reply<z.output<Answer>>>();
    if (!reply.ok) throw fromWireError(reply.error);
    return reply.value;
  }

  /** Answers requests until `close` or the subscription's `unsubscribe`. Requests are checked against the contract. */
  respond<Request extends z.ZodType, Answer extends z.ZodType>(
    contract: RequestContract<Request, Answer>,
    parameters: SubjectParameters,
    handler: (request: z.output<Request>) => Promise<z.input<Answer>>,
    { queue, maxConcurrent = 128 }: RespondOptions = {},
  ): Subscription {
    const subject = fillSubject(contract.subject, parameters);
    let underWay = 0;
    const answer = async (message: Msg): Promise<void> => {
      if (underWay >= maxConcurrent) return this.#reply(message, busy(subject));
      underWay += 1;
      const reply = await this.#handle(contract, handler, message);
      underWay -= 1;
      this.#reply(message, reply);
    };
    return this.connection.subscribe(subject, {
      queue,
      callback: (error, message) => {
        if (!error) void answer(message);
      },
    });
  }

  /** Says that something may have changed. May be lost; never waits. */
  publish<Payload extends z.ZodType>(
    contract: EventContract<Payload>,
    parameters: SubjectParameters,
    payload: z.input<Payload>,
  ): void {
    if (this.connection.isClosed()) return;
    const subject = fillSubject(contract.subject, parameters);
    this.connection.publish(subject, encode(subject, payload));
  }

  /** Listens for an event; a parameter `*` listens for all of its values. */
  subscribe<Payload extends z.ZodType>(
    contract: EventContract<Payload>,
    parameters: SubjectParameters,
    handler: (payload: z.output<Payload>) => void,
  ): Subscription {
    const subject = fillSubject(contract.subject, parameters);
    return this.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) return;
        const payload = contract.payload.safeParse(decode(message));
        if (payload.success) handler(payload.data);
      },
    });
  }

  /** Handles what has arrived, then closes. Safe to call twice. */
  async close(): Promise<void> {
    if (this.connection.isClosed()) return;
    if (!this.#isConnected) return this.connection.close();
    await this.connection.drain();
  }

  async #exchange(subject: string, body: Uint8Array, deadlineMs: number, signal?: AbortSignal): Promise<Msg> {
    if (this.connection.isClosed()) throw new NoAnswerError(subject, 'disconnected');
    const exchange = this.connection.request(subject, body, { timeout: deadlineMs });
    const abort = signal && rejectOnAbort(signal);
    try {
      return await (abort ? Promise.race([exchange, abort.rejected]) : exchange);
    } catch (error) {
      if (signal?.aborted) void exchange.catch(() => undefined);
      throw this.#explain(subject, error, signal);
    } finally {
      abort?.dispose();
    }
  }

  #explain(subject: string, error: unknown, signal?: AbortSignal): unknown {
    if (signal?.aborted) return signal.reason;
    if (isNoResponders(error)) return new NoAnswerError(subject, 'no-responders');
    return new NoAnswerError(subject, this.isConnected ? 'timeout' : 'disconnected');
  }

  async #handle<Request extends z.ZodType, Answer extends z.ZodType>(
    contract: RequestContract<Request, Answer>,
    handler: (request: z.output<Request>) => Promise<z.input<Answer>>,
    message: Msg,
  ): Promise<Reply<z.input<Answer>>> {
    try {
      const parsed = contract.request.safeParse(decode(message));
      if (!parsed.success) return { ok: false, error: toWireError(invalid(contract.subject, parsed.error)) };
      return { ok: true, value: await handler(parsed.data) };
    } catch (error) {
      if (!(error instanceof IdaemonError)) {
        this.options.onEvent?.({ event: 'handler-failed', subject: contract.subject, error });
      }
      return { ok: false, error: toWireError(error) };
    }
  }

  #reply(message: Msg, reply: Reply<unknown>): void {
    if (this.connection.isClosed()) return;
    try {
      message.respond(encode(message.subject, reply));
    } catch (error) {
      message.respond(encode(message.subject, { ok: false, error: toWireError(error) }));
    }
  }

  async #watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') this.#isConnected = false;
      if (status.type === 'reconnect') this.#isConnected = true;
      if (status.type === 'disconnect') this.options.onEvent?.({ event: 'disconnected' });
      if (status.type === 'reconnect') this.options.onEvent?.({ event: 'reconnected' });
    }
    this.#isConnected = false;
  }
}

/** Nest-free settings that keep a connection alive for ever: ping every 2 s, no last reconnect attempt. */
function connectionOptions({ url, name }: MessagingOptions): ConnectionOptions {
  const urls = url.split(',').map((one) => new URL(one.includes('://') ? one : `nats://${one}`));
  const [first] = urls;
  return {
    servers: urls.map((one) => one.host),
    name,
    ...(first?.username
      ? { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }
      : {}),
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 2_000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
  };
}

function encode(subject: string, payload: unknown): Uint8Array {
  const bytes = encoder.encode(JSON.stringify(payload));
  if (bytes.length > maxMessageBytes) {
    throw new IdaemonError(
      'payload-too-large',
      `A message for ${subject} has ${bytes.length} bytes, more than ${maxMessageBytes}`,
    );
  }
  return bytes;
}

function decode(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}

function invalid(subject: string, error: z.ZodError): RequestError {
  const errors = error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const [first] = errors;
  return new RequestError(
    `A request for ${subject} is not valid: ${first?.path ?? ''} ${first?.message ?? ''}`,
    { errors },
  );
}

function busy(subject: string): Reply<never> {
  return {
    ok: false,
    error: toWireError(new BusyError(`${subject} has too many requests under way`, { retryAfterMs: 250 })),
  };
}

function isNoResponders(error: unknown): boolean {
  if (error instanceof errors.NoRespondersError) return true;
  return error instanceof Error && error.cause instanceof errors.NoRespondersError;
}

/** Disposed after each request: a signal that lives as long as the process must not collect listeners. */
function rejectOnAbort(signal: AbortSignal): { rejected: Promise<never>; dispose: () => void } {
  let dispose = () => {};
  const rejected = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    dispose = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
  });
  return { rejected, dispose };
}
