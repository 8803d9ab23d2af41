import { errors, type Msg } from '@nats-io/transport-node';
import {
  BusyError,
  IdaemonError,
  maxMessageBytes,
  RequestError,
  toWireError,
  type FieldError,
  type Reply,
} from '@idaemon/contracts';
import type { z } from 'zod';

const encoder = new TextEncoder();

/** The bytes of a message; refused when they are more than the wire allows. */
export function encode(subject: string, payload: unknown): Uint8Array {
  const bytes = encoder.encode(JSON.stringify(payload));
  if (bytes.length <= maxMessageBytes) return bytes;
  throw new IdaemonError(
    'payload-too-large',
    `A message for ${subject} has ${bytes.length} bytes, more than ${maxMessageBytes}`,
  );
}

/** The content of a message, undefined when it is no JSON. */
export function decode(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}

export function invalidRequest(subject: string, error: z.ZodError): RequestError {
  const fields = fieldErrors(error);
  const [first] = fields;
  return new RequestError(
    `A request for ${subject} is not valid: ${first?.path ?? ''} ${first?.message ?? ''}`,
    {
      errors: fields,
    },
  );
}

/** A reply that does not fit its contract: the other side runs another version, or has a bug. */
export function invalidReply(subject: string, error?: z.ZodError): IdaemonError {
  const [first] = error ? fieldErrors(error) : [];
  const detail = first ? `: ${first.path} ${first.message}` : '';
  return new IdaemonError(
    'internal-error',
    `The answer to a request for ${subject} is not understood${detail}`,
    {
      action: 'Check that all processes run the same version. It is tried again by itself.',
    },
  );
}

export function busy(subject: string): Reply<never> {
  return {
    ok: false,
    error: toWireError(new BusyError(`${subject} has too many requests under way`, { retryAfterMs: 250 })),
  };
}

export function isNoResponders(error: unknown): boolean {
  if (error instanceof errors.NoRespondersError) return true;
  return error instanceof Error && error.cause instanceof errors.NoRespondersError;
}

function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message }));
}
