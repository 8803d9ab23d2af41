import { z } from 'zod';
import type { Answer } from './poster.js';
import { isWrongAddress, jsonOf } from './answers.js';

const BatchAnswer = z.looseObject({
  status: z.string(),
  summary: z.looseObject({ received: z.number(), successful: z.number(), failed: z.number() }),
  failed_events: z.array(z.looseObject({ index: z.number() })).nullish(),
});

/** Indexes of the events that were taken; `no endpoint`: single events must be sent; `unknown`: what it says is no help. */
export function takenOf({ status, body }: Answer, sent: number): number[] | 'no endpoint' | 'unknown' {
  if (isWrongAddress(status)) return 'no endpoint';
  const all = Array.from({ length: sent }, (_, index) => index);
  if (status === 204) return all;
  if (status < 200 || status >= 300) return 'unknown';
  const answer = BatchAnswer.safeParse(jsonOf(body));
  // A page that some proxy answers to whatever path says nothing of events.
  if (!answer.success) return 'no endpoint';
  const { summary, failed_events: failed } = answer.data;
  if (summary.failed === 0 && summary.successful === sent) return all;
  const refused = new Set((failed ?? []).map(({ index }) => index));
  return refused.size === summary.failed ? all.filter((index) => !refused.has(index)) : 'unknown';
}
