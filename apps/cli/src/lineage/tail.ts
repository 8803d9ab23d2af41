import type { Session } from '../session.js';

export interface TailOptions {
  namespace?: string;
  once?: boolean;
  limit: number;
}

interface EventPage {
  events: Record<string, unknown>[];
  /** Where the next page begins; the same again when there is nothing new. */
  next: string;
}

const path = '/api/v1/events/lineage';
const askEveryMs = 1_000;

/** Prints the last events, then each as it is received, until the process is ended. */
export async function tail(session: Session, { namespace, once, limit }: TailOptions): Promise<void> {
  const { api, wait, format, print } = session;
  const show = (event: Record<string, unknown>) =>
    print(format === 'table' ? lineOf(event) : JSON.stringify(event));
  let cursor: string | undefined;
  do {
    const query = cursor === undefined ? { last: limit, namespace } : { cursor, namespace };
    const page = await api.send<EventPage>(path, { query });
    page.events.forEach(show);
    cursor = page.next;
    if (!once && page.events.length === 0) await wait(askEveryMs);
  } while (!once);
}

function lineOf({ eventTime, eventType, run, job, dataset }: Record<string, unknown>): string {
  const about = (job ?? dataset) as { namespace?: string; name?: string } | null | undefined;
  const { runId } = (run ?? {}) as { runId?: string };
  const what = typeof eventType === 'string' ? eventType : job ? 'JOB' : 'DATASET';
  return [text(eventTime), what.padEnd(8), `${about?.namespace ?? ''}:${about?.name ?? ''}`, runId]
    .filter((part) => part)
    .join('  ');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '-';
}
