/**
 * The errors of the product, named by what happens next. Across a wire compare `code`, never `instanceof`.
 *
 * Every error names the thing, the cause (its message) and the next step (`action`). Anything else that is
 * thrown is a bug: the runner reports it as `internal-error` and retries it like an unavailable system.
 */
import { z } from 'zod';

/** What happens after an error of this code: retried with back-off, left for a person, or the run goes on. */
export type ErrorConsequence = 'retry' | 'person' | 'dead-letter' | 'approval' | 'stop' | 'caller';

/** Every error code of the product, with its HTTP status, its consequence and the default next step. */
export const errorCodes = {
  'configuration-invalid': {
    status: 400,
    consequence: 'person',
    title: 'The configuration is not valid',
    action: 'Correct the named field and apply the configuration again.',
  },
  'not-authorized': {
    status: 403,
    consequence: 'person',
    title: 'Not authorized',
    action: 'Check the credentials and the rights of the user that the message names.',
  },
  'authentication-required': {
    status: 401,
    consequence: 'caller',
    title: 'A valid token is required',
    action: 'Send the header "Authorization: Bearer <token>" with a token that this daemon knows.',
  },
  'system-unavailable': {
    status: 503,
    consequence: 'retry',
    title: 'A system is unavailable',
    action:
      'Nothing to do: it is tried again by itself. If it stays so, check that the named system runs and can be reached.',
  },
  busy: {
    status: 503,
    consequence: 'retry',
    title: 'Too busy to take more work now',
    action: 'Nothing to do: the request is tried again after the time that is given.',
  },
  'not-found': {
    status: 404,
    consequence: 'caller',
    title: 'Not found',
    action: 'Check the name; list what exists.',
  },
  conflict: {
    status: 409,
    consequence: 'dead-letter',
    title: 'In conflict with what exists',
    action: 'Read what exists, which the message names, and decide which of the two is meant.',
  },
  'revision-conflict': {
    status: 412,
    consequence: 'caller',
    title: 'The resource was changed meanwhile',
    action: 'Read the resource again and repeat the change on its newest revision.',
  },
  'metadata-invalid': {
    status: 422,
    consequence: 'dead-letter',
    title: 'The metadata does not fit the open metadata types',
    action:
      'Correct the element at its source or the mapping of the connector; then replay the dead letter or refresh.',
  },
  'removal-refused': {
    status: 409,
    consequence: 'approval',
    title: 'Removals wait for approval',
    action: 'Look at the removals of the run; if they are right, approve the run, else mend the source.',
  },
  'ownership-lost': {
    status: 409,
    consequence: 'stop',
    title: 'Another instance owns the connector',
    action: 'Nothing to do: the newer owner carries on.',
  },
  'session-lost': {
    status: 410,
    consequence: 'retry',
    title: 'The sync session is gone',
    action: 'Nothing to do: the run is started again; nothing was removed.',
  },
  'request-invalid': {
    status: 400,
    consequence: 'caller',
    title: 'The request is not valid',
    action: 'Correct the named field and send the request again.',
  },
  'payload-too-large': {
    status: 413,
    consequence: 'caller',
    title: 'The request is too large',
    action: 'Send less at once.',
  },
  'too-many-attempts': {
    status: 429,
    consequence: 'caller',
    title: 'Too many failed attempts',
    action: 'Wait for as long as Retry-After says, then send the right token.',
  },
  'method-not-allowed': {
    status: 405,
    consequence: 'caller',
    title: 'The resource does not take this method',
    action: 'Use one of the methods in the header Allow; /openapi.json lists every operation.',
  },
  'unsupported-media-type': {
    status: 415,
    consequence: 'caller',
    title: 'The body is of a type that is not taken',
    action: 'Send JSON with the header "Content-Type: application/json".',
  },
  'internal-error': {
    status: 500,
    consequence: 'retry',
    title: 'An error inside idaemon',
    action: 'Report it with the log lines around it. It is tried again by itself.',
  },
} as const satisfies Record<
  string,
  { status: number; consequence: ErrorConsequence; title: string; action: string }
>;

export type ErrorCode = keyof typeof errorCodes;
export const ErrorCode = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]);

/** One wrong field: `path` is a dotted path (`config.url`), `message` says what is wrong and what is accepted. */
export const FieldError = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.output<typeof FieldError>;

/** An error as it crosses a wire (a NATS reply, a status, a run report). Never holds a stack or a secret. */
export const WireError = z.object({
  code: ErrorCode,
  message: z.string(),
  action: z.string(),
  retryAfterMs: z.number().int().positive().optional(),
  errors: z.array(FieldError).optional(),
  /** Set with `ownership-lost`: the newest epoch that was claimed. */
  epoch: z.number().int().optional(),
});
export type WireError = z.output<typeof WireError>;

export interface ErrorOptions {
  cause?: unknown;
  /** The next step, where the code's default does not say enough. */
  action?: string;
  /** Not before this many milliseconds from now; the back-off of the runner is used when it is longer. */
  retryAfterMs?: number;
  errors?: FieldError[];
  epoch?: number;
}

export class IdaemonError extends Error {
  readonly action: string;
  readonly retryAfterMs: number | undefined;
  readonly errors: FieldError[] | undefined;
  readonly epoch: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: ErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.action = options.action ?? errorCodes[code].action;
    this.retryAfterMs = options.retryAfterMs;
    this.errors = options.errors;
    this.epoch = options.epoch;
  }
}

/** A person must correct the configuration; never retried by itself. */
export class ConfigurationError extends IdaemonError {
  constructor(message: string, options?: ErrorOptions) {
    super('configuration-invalid', message, options);
  }
}

/** Credentials or rights were refused by `thing`; a person must act. */
export class NotAuthorizedError extends IdaemonError {
  constructor(message: string, options?: ErrorOptions) {
    super('not-authorized', message, options);
  }
}

/** A system, named first ("Postgres at db:5432"), cannot be reached or says that it cannot answer: retried for ever. */
export class SystemUnavailableError extends IdaemonError {
  constructor(system: string, options: ErrorOptions = {}) {
    super('system-unavailable', `${system} is unavailable${causeOf(options.cause)}`, options);
  }
}

/** The other side takes no more work now; ask again after `retryAfterMs`. */
export class BusyError extends IdaemonError {
  constructor(message: string, options: ErrorOptions & { retryAfterMs: number }) {
    super('busy', message, options);
  }
}

export class NotFoundError extends IdaemonError {
  constructor(message: string, options?: ErrorOptions) {
    super('not-found', message, options);
  }
}

/** The same thing is someone else's already; the message names the owner. */
export class ConflictError extends IdaemonError {
  constructor(message: string, options?: ErrorOptions) {
    super('conflict', message, options);
  }
}

/** This element becomes a dead letter; the run goes on. */
export class InvalidMetadataError extends IdaemonError {
  constructor(message: string, options?: ErrorOptions) {
    super('metadata-invalid', message, options);
  }
}

/** The removals of a run wait for a person. */
export class RemovalRefusedError extends IdaemonError {
  constructor(message: string, options?: ErrorOptions) {
    super('removal-refused', message, options);
  }
}

/** Stop at once, never retry: a newer epoch was claimed. */
export class OwnershipLostError extends IdaemonError {
  constructor(message: string, options?: ErrorOptions) {
    super('ownership-lost', message, options);
  }
}

/** The replica that held the sync session is gone: the run starts again, nothing was removed. */
export class SessionLostError extends IdaemonError {
  constructor(message: string, options?: ErrorOptions) {
    super('session-lost', message, options);
  }
}

/** A request whose content is wrong; `errors` names the fields. */
export class RequestError extends IdaemonError {
  constructor(message: string, options?: ErrorOptions) {
    super('request-invalid', message, options);
  }
}

/** The error as it may leave the process. What is not an IdaemonError is a bug: its text stays in the log. */
export function toWireError(error: unknown): WireError {
  if (!(error instanceof IdaemonError)) {
    return {
      code: 'internal-error',
      message: 'An unexpected error happened; the log of this process has the details.',
      action: errorCodes['internal-error'].action,
    };
  }
  const { code, message, action, retryAfterMs, errors, epoch } = error;
  return {
    code,
    message,
    action,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(errors === undefined ? {} : { errors }),
    ...(epoch === undefined ? {} : { epoch }),
  };
}

const classes: Partial<Record<ErrorCode, new (message: string, options?: ErrorOptions) => IdaemonError>> = {
  'configuration-invalid': ConfigurationError,
  'not-authorized': NotAuthorizedError,
  'not-found': NotFoundError,
  conflict: ConflictError,
  'metadata-invalid': InvalidMetadataError,
  'removal-refused': RemovalRefusedError,
  'ownership-lost': OwnershipLostError,
  'session-lost': SessionLostError,
  'request-invalid': RequestError,
};

/** The error that a wire error stands for, to be thrown on this side. */
export function fromWireError(wire: WireError): IdaemonError {
  const { code, message, ...options } = wire;
  const Class = classes[code];
  return Class ? new Class(message, options) : new IdaemonError(code, message, options);
}

function causeOf(cause: unknown): string {
  return cause instanceof Error && cause.message ? `: ${cause.message}` : '';
}
