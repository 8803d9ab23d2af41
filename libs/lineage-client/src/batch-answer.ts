import { z } from 'zod';

export const FailedEvent = z.object({
  index: z.number().int(),
  reason: z.string(),
  retriable: z.boolean().default(false),
});
/** An event that was not taken: `index` is its place among those that were sent. */
export type FailedEvent = z.output<typeof FailedEvent>;

const BatchAnswer = z.object({ failed_events: z.array(FailedEvent).default([]) });

/** What a receiver says of a batch; one that says nothing has taken it whole. */
export function failedEventsIn(body: string): FailedEvent[] {
  if (body.trim() === '') return [];
  const answer = BatchAnswer.safeParse(parsed(body));
  return answer.success ? answer.data.failed_events : [];
}

const EventAnswer = z.object({ eventId: z.string() });

export function eventIdIn(body: string): string | undefined {
  const answer = EventAnswer.safeParse(parsed(body));
  return answer.success ? answer.data.eventId : undefined;
}

export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
