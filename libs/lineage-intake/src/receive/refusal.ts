import type { EventIssue } from '@idaemon/open-lineage';

export interface RefusalOptions {
  errors?: readonly EventIssue[];
  headers?: Readonly<Record<string, string>>;
  /** The connection is of no more use, e.g. since the rest of the body is not read. */
  isLast?: boolean;
}

/** Why a request is not taken, as it is answered. Clients keep an event only on 503: each status is chosen for that. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    detail: string,
    readonly options: RefusalOptions = {},
  ) {
    super(detail);
  }
}

const soon = { 'retry-after': '1' };

export function malformed(detail: string, errors: readonly EventIssue[] = []): Refusal {
  return new Refusal(400, 'event-malformed', 'The event is malformed', detail, { errors });
}

export function badRequest(detail: string): Refusal {
  return new Refusal(400, 'request-invalid', 'The request is not valid', detail);
}

export function invalid(errors: readonly EventIssue[]): Refusal {
  const detail = 'The event does not fit the OpenLineage schemas, which this receiver asks for.';
  return new Refusal(422, 'event-invalid', 'The event does not fit its schema', detail, { errors });
}

export function keyNeeded(detail: string): Refusal {
  return new Refusal(401, 'authentication-required', 'A valid sender key is required', detail, {
    headers: { 'www-authenticate': 'Bearer realm="lineage"' },
  });
}

export function forbidden(pointer: string): Refusal {
  const error = { pointer, keyword: 'namespace', message: 'The sender key is not for this namespace.' };
  const detail = 'This sender key is limited to other namespaces.';
  return new Refusal(403, 'not-authorized', 'Not authorized', detail, { errors: [error] });
}

export function tooLarge(detail: string): Refusal {
  return new Refusal(413, 'payload-too-large', 'The request is too large', detail, { isLast: true });
}

export function tooSlow(): Refusal {
  const detail = 'The body did not arrive in time.';
  return new Refusal(408, 'request-timeout', 'The request took too long', detail, { isLast: true });
}

export function unknownEncoding(): Refusal {
  const detail = 'The body is compressed in a way that is not taken; send it plain or with gzip.';
  return new Refusal(415, 'unsupported-encoding', 'The content encoding is not taken', detail, {
    headers: { 'accept-encoding': 'gzip' },
  });
}

export function unknownMediaType(): Refusal {
  const detail = 'Send events as application/json.';
  return new Refusal(415, 'unsupported-media-type', 'The body is of a type that is not taken', detail);
}

export function notFound(path: string): Refusal {
  const detail = `Nothing is received at ${path}; send events to /api/v1/lineage or /api/v1/lineage/batch.`;
  return new Refusal(404, 'not-found', 'Not found', detail);
}

export function overloaded(): Refusal {
  const detail = 'More events are being received than can be held; send this one again.';
  return new Refusal(503, 'busy', 'Too busy to take more work now', detail, { headers: soon });
}

export function unavailable(what: string): Refusal {
  const detail = `${what} cannot be reached at the moment; send the event again.`;
  return new Refusal(503, 'system-unavailable', 'A system is unavailable', detail, { headers: soon });
}

export function stopping(): Refusal {
  const detail = 'This receiver is stopping; send the event again on a new connection.';
  return new Refusal(503, 'system-unavailable', 'A system is unavailable', detail, {
    headers: soon,
    isLast: true,
  });
}
