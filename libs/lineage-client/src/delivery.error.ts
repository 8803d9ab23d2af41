import type { EventIssue } from '@idaemon/open-lineage';
import { z } from 'zod';
import { parsed } from './batch-answer.js';

const Problem = z.object({
  detail: z.string().optional(),
  title: z.string().optional(),
  errors: z
    .array(z.object({ pointer: z.string(), keyword: z.string().default(''), message: z.string() }))
    .default([]),
});

/** The receiver did not take the event: it refused it (`status`), or could not be reached until the time was up. */
export class DeliveryError extends Error {
  constructor(
    message: string,
    /** Of the last answer; undefined when nothing answered. */
    readonly status: number | undefined,
    /** Places in the event, as the receiver names them. */
    readonly problems: readonly EventIssue[] = [],
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'DeliveryError';
  }

  static ofAnswer(url: string, status: number, body: string): DeliveryError {
    const problem = Problem.safeParse(parsed(body));
    const { detail, title, errors } = problem.data ?? { errors: [] };
    const said = detail ?? title ?? 'It does not say why.';
    return new DeliveryError(`${url} answered ${status}: ${said}`, status, errors);
  }
}
