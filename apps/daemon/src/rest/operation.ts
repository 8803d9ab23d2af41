/**
 * An operation of the REST interface as data: what it takes, answers and refuses. The checks of a request, its route,
 * its access and its part of /openapi.json all come from here.
 */
import type { ErrorCode } from '@idaemon/contracts';
import { z } from 'zod';
import type { Principal, Role } from '../access/role.js';
import type { Answered } from './answered.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const Nothing = z.strictObject({});
type Nothing = typeof Nothing;

export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  /** Of the client methods that are generated from the OpenAPI document. */
  readonly id: string;
  readonly method: Method;
  /** With parameters as `{name}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The lowest role that may do it. */
  readonly access: Role | 'anyone';
  readonly params: Params;
  readonly query: Query;
  readonly body?: Body;
  /** A body that the handler checks itself, against more than this schema; `input.document` is what was sent. */
  readonly document?: z.ZodType;
  readonly answer: Answer;
  /** JSON, unless it says otherwise. */
  readonly answerType: string;
  readonly status: number;
  /** Other statuses of success, with what they mean. */
  readonly alsoAnswers: Readonly<Record<number, string>>;
  /** Beyond those that any operation may answer. */
  readonly problems: readonly ErrorCode[];
  /** How failures are told, where not as problem documents. */
  readonly failure?: z.ZodType;
  /** It takes `If-Match` with a revision. */
  readonly isConditional: boolean;
}

type Defaulted =
  'params' | 'query' | 'status' | 'answerType' | 'alsoAnswers' | 'problems' | 'isConditional' | 'access';

export function operation<
  Answer extends z.ZodType,
  Params extends z.ZodType = Nothing,
  Query extends z.ZodType = Nothing,
  Body extends z.ZodType = Nothing,
>(
  declared: Omit<Operation<Params, Query, Body, Answer>, Defaulted> &
    Partial<Pick<Operation<Params, Query, Body, Answer>, Defaulted>>,
): Operation<Params, Query, Body, Answer> {
  const defaults = {
    access: 'viewer',
    params: Nothing as z.ZodType as Params,
    query: Nothing as z.ZodType as Query,
    status: 200,
    answerType: 'application/json',
    alsoAnswers: {},
    problems: [],
    isConditional: false,
  } as const;
  return { ...defaults, ...declared };
}

/** What a handler is called with: checked, typed by the operation. */
export interface InputOf<O extends Operation> {
  params: z.output<O['params']>;
  query: z.output<O['query']>;
  body: O extends Operation<z.ZodType, z.ZodType, infer Body> ? z.output<Body> : never;
  document: unknown;
  principal: Principal;
  preconditions: Preconditions;
}

/** Of `If-Match` and `If-None-Match`; a request without them is unconditional. */
export interface Preconditions {
  /** Only if the resource has one of these revisions. */
  revisions?: readonly number[];
  /** Only if the resource exists (`If-Match: *`). */
  isPresent?: boolean;
  /** Only if the resource does not exist yet (`If-None-Match: *`). */
  isAbsent?: boolean;
}

export type AnswerOf<O extends Operation> = z.input<O['answer']> | Answered<z.input<O['answer']>>;
