import { RequestError } from '@idaemon/contracts';
import type { z } from 'zod';
import type { AuthenticatedRequest } from '../access/authenticated-request.js';
import { fieldErrorsOf } from './field-errors.js';
import type { InputOf, Operation, Preconditions } from './operation.js';

/** Nobody in particular: operations that anyone may do. */
const anyone = { name: 'anyone', role: 'viewer' } as const;

/** The parts of a request, checked against its operation; throws a RequestError that names every wrong field. */
export function inputOf<O extends Operation>(operation: O, request: AuthenticatedRequest): InputOf<O> {
  refuseUnstorable({ ...(request.params as object), ...(request.query as object), '': request.body });
  return {
    params: checked(operation.params, request.params ?? {}, 'The path'),
    query: checked(operation.query, request.query ?? {}, 'The query'),
    body: operation.body && checked(operation.body, request.body ?? {}, 'The body'),
    document: operation.document && request.body,
    principal: request.principal ?? anyone,
    preconditions: operation.isConditional ? preconditionsOf(request.headers) : {},
  } as InputOf<O>;
}

function checked(schema: z.ZodType, value: unknown, part: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = fieldErrorsOf(result.error, schema, value);
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new RequestError(
    `${part} is not valid: ${[first?.path, first?.message].filter(Boolean).join(' ')}${more}`,
    { errors },
  );
}

/** Deeper than any document; what is deeper still would exhaust the stack of whoever walks through it. */
const maxDepth = 64;

/** Characters that no Postgres text can hold, wherever they are, and values within values without end. */
function refuseUnstorable(value: unknown, path: readonly string[] = []): void {
  if (path.length > maxDepth) {
    throw new RequestError(`The body is nested deeper than ${maxDepth} levels`, {
      action: 'Send a flatter document.',
    });
  }
  if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      refuseUnstorable(key, path);
      refuseUnstorable(inner, [...path, key]);
    }
  }
  if (typeof value !== 'string' || !/[\0\p{Surrogate}]/u.test(value)) return;
  const at = path.filter(Boolean).join('.');
  const message = 'holds a NUL character or half of a surrogate pair, which cannot be stored';
  throw new RequestError(`The request is not valid: ${at} ${message}`, { errors: [{ path: at, message }] });
}

/** `If-Match: "3"`, `If-Match: *`, `If-None-Match: *`. */
export function preconditionsOf(headers: Record<string, string | string[] | undefined>): Preconditions {
  const [match, noneMatch] = [headers['if-match'], headers['if-none-match']].map((value) =>
    Array.isArray(value) ? value.join(',') : value?.trim(),
  );
  return {
    ...(match === '*' ? { isPresent: true } : {}),
    ...(match === undefined || match === '*' ? {} : { revisions: revisionsOf(match) }),
    ...(noneMatch === '*' ? { isAbsent: true } : {}),
  };
}

function revisionsOf(header: string): number[] {
  return header.split(',').map((tag) => {
    const [, quoted, bare] = /^(?:W\/)?(?:"(\d+)"|(\d+))$/.exec(tag.trim()) ?? [];
    const revision = quoted ?? bare;
    if (revision !== undefined) return Number(revision);
    throw new RequestError(
      `The header If-Match holds ${JSON.stringify(tag.trim().slice(0, 40))}, which is no revision`,
      { action: 'Send the entity tag of the resource as GET answers it, for instance If-Match: "3".' },
    );
  });
}
