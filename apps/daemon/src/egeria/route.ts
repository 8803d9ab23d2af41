/** A route of Egeria's interface as data: the operation, how it answers, what it does here. */
import { z } from 'zod';
import type { Principal, Role } from '../access/role.js';
import { operation, type Method, type Operation } from '../rest/operation.js';
import { EgeriaError } from './egeria-error.js';
import { Envelope, type Family } from './envelope.js';
import type { EgeriaServices } from './egeria-services.js';

export interface EgeriaRoute {
  operation: Operation;
  /** As Egeria calls the operation. */
  name: string;
  /** The class of its answer. */
  answer: string;
  family: Family;
  /** For the page of the documentation. */
  does: string;
  isSupported: boolean;
  /** The members of the answer beside those of every one; a text is answered as it is. */
  handle: (egeria: EgeriaServices, call: EgeriaCall) => Promise<Record<string, unknown> | string>;
}

export interface EgeriaCall {
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string | undefined>>;
  body: unknown;
  principal: Principal;
  /** Who the tool says that it works for: told in the audit, never a right. */
  claimedUser?: string;
}

export interface Declared {
  /** As Egeria calls the operation. */
  name: string;
  method: Method;
  path: string;
  summary: string;
  does: string;
  family: Family;
  answer?: string;
  access?: Role;
  query?: readonly string[];
  body?: z.ZodType;
  isSupported?: boolean;
  /** It answers a text, not an envelope. */
  isText?: boolean;
  handle: EgeriaRoute['handle'];
}

export function route(declared: Declared): EgeriaRoute {
  const { name, method, path, summary, does, family, handle } = declared;
  const {
    answer = 'VoidResponse',
    access = 'viewer',
    query = [],
    body,
    isSupported = true,
    isText,
  } = declared;
  const described = operation({
    id: `egeria${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    method,
    path,
    tag: 'egeria',
    summary,
    description: does,
    access,
    params: z.strictObject(
      Object.fromEntries(namesIn(path).map((one) => [one, z.string().min(1).max(1_000)])),
    ),
    query: z.object(Object.fromEntries(query.map((one) => [one, z.string().max(2_000).optional()]))),
    ...(body ? { document: body } : {}),
    answer: isText ? z.string() : (Envelope as z.ZodType),
    answerType: isText ? 'text/plain' : 'application/json',
    failure: Envelope,
  });
  return { operation: described, name, answer, family, does, isSupported, handle };
}

/** What Egeria has and the daemon has not: told so, never taken in silence. */
export function unsupported(
  declared: Omit<Declared, 'handle' | 'does' | 'summary'> & { why: string },
): EgeriaRoute {
  const { why, ...others } = declared;
  const summary = `Not supported: ${why}`;
  const handle = () => Promise.reject(new EgeriaError('IDAEMON-EGERIA-501-001', [declared.name, why]));
  return route({ ...others, summary, does: `Not supported: ${why}.`, isSupported: false, handle });
}

/** The body in the shape that it must have; `required` names the message for one that is missing. */
export function bodyOf<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  required?: EgeriaError,
): z.output<Schema> {
  if ((body === undefined || body === null) && required) throw required;
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const place = first?.path.join('.') ?? '';
  throw new EgeriaError('IDAEMON-EGERIA-400-001', [`${place || 'the body'}: ${first?.message ?? ''}`], place);
}

function namesIn(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}
