/** RFC 9457 problem documents and lists, as every REST resource answers them. */
import { z } from 'zod';
import { errorCodes, FieldError, type WireError } from './errors.js';

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** Stable, of the table in `errors.ts`. */
  code: z.string(),
  /** Thing and cause. */
  detail: z.string(),
  /** The path that was asked for. */
  instance: z.string(),
  /** The next step. */
  action: z.string().optional(),
  errors: z.array(FieldError).optional(),
});
export type Problem = z.output<typeof Problem>;

export function problemOf(error: WireError, instance: string): Problem {
  const { status, title } = errorCodes[error.code];
  return {
    type: `urn:idaemon:problem:${error.code}`,
    title,
    status,
    code: error.code,
    detail: error.message,
    instance,
    action: error.action,
    ...(error.errors ? { errors: error.errors } : {}),
  };
}

/** A page of a list: `next` is the cursor of the next page, null on the last one. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), total: z.number().int(), next: z.string().nullable() });
}
export interface List<T> {
  items: T[];
  total: number;
  next: string | null;
}

/** Query parameters of every list. */
export const PageQuery = z.object({
  pageSize: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(2000).optional(),
});
export type PageQuery = z.output<typeof PageQuery>;
