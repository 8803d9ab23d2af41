/** What a request and an event are: a subject and the shapes that travel on it. */
import type { z } from 'zod';
import type { WireError } from './errors.js';

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

export function request<Request extends z.ZodType, Reply extends z.ZodType>(
  subject: string,
  requestSchema: Request,
  reply: Reply,
  deadlineMs = 10_000,
): RequestContract<Request, Reply> {
  return { subject, request: requestSchema, reply, deadlineMs };
}
export function event<Payload extends z.ZodType>(subject: string, payload: Payload): EventContract<Payload> {
  return { subject, payload };
}

/** What travels back for a request: the answer, or why there is none. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: WireError };
