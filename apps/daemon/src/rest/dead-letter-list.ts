import {
  lineageMessages,
  metadataMessages,
  RequestError,
  type DeadLetter,
  type List,
} from '@idaemon/contracts';
import { NoAnswerError, type Messaging } from '@idaemon/messaging';

export interface DeadLetterQuery {
  kind?: DeadLetter['kind'];
  connector?: string;
  pageSize: number;
  cursor?: string;
}

type Source = (query: Omit<DeadLetterQuery, 'kind'>) => Promise<List<DeadLetter>>;

/** Elements of a gateway first, then events of the lineage log; each newest first. */
export async function listDeadLetters(
  messaging: Messaging,
  at: { gateway: string },
  { kind, cursor, ...filter }: DeadLetterQuery,
): Promise<List<DeadLetter>> {
  const elements: Source = (query) => messaging.request(metadataMessages.deadLetters, at, query);
  const events: Source = (query) => messaging.request(lineageMessages.deadLetters, {}, query);
  const place = placeOf(cursor, kind);
  if (kind) return onlyOf(kind, kind === 'element' ? elements : events, filter, place.cursor);
  // Without the lineage integrator there is no log of events, hence nothing to wait for.
  const eventsIfAny: Source = (query) => events(query).catch(noneIfNobodyAnswers);
  if (place.kind === 'event') {
    const [page, before] = await Promise.all([
      eventsIfAny({ ...filter, cursor: place.cursor }),
      elements({ ...filter, pageSize: 1 }),
    ]);
    return { ...withKind('event', page), total: before.total + page.total };
  }
  const page = withKind('element', await elements({ ...filter, cursor: place.cursor }));
  const room = filter.pageSize - page.items.length;
  const after = await eventsIfAny({ ...filter, pageSize: Math.max(1, room) });
  const total = page.total + after.total;
  if (page.next !== null) return { ...page, total };
  if (room === 0) return { ...page, total, next: after.total > 0 ? 'event:' : null };
  return { items: [...page.items, ...after.items], total, next: withKind('event', after).next };
}

/** Ids of events are UUIDs, those of elements numbers. */
export function isEventLetter(id: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id);
}

async function onlyOf(
  kind: DeadLetter['kind'],
  source: Source,
  filter: Omit<DeadLetterQuery, 'kind' | 'cursor'>,
  cursor: string | undefined,
): Promise<List<DeadLetter>> {
  return withKind(kind, await source({ ...filter, cursor }));
}

function withKind(kind: DeadLetter['kind'], page: List<DeadLetter>): List<DeadLetter> {
  return { ...page, next: page.next === null ? null : `${kind}:${page.next}` };
}

function placeOf(
  cursor: string | undefined,
  asked: DeadLetter['kind'] | undefined,
): { kind: DeadLetter['kind']; cursor?: string } {
  if (cursor === undefined) return { kind: asked ?? 'element' };
  const [kind, ...rest] = cursor.split(':');
  const isOf = kind === 'element' || kind === 'event';
  if (!isOf || (asked !== undefined && asked !== kind)) {
    const errors = [{ path: 'cursor', message: 'must be the `next` of a page of the same list' }];
    throw new RequestError('The cursor does not belong to this list', { errors });
  }
  return { kind, cursor: rest.join(':') || undefined };
}

function noneIfNobodyAnswers(error: unknown): List<DeadLetter> {
  if (error instanceof NoAnswerError && error.reason === 'no-responders')
    return { items: [], total: 0, next: null };
  throw error;
}
