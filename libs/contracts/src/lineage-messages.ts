/** The wire of the lineage integrator's log of events: answered by any of its instances, all read the same Postgres. */
import { z } from 'zod';
import { DeadLetter, Page, pageOf } from './metadata-query.js';
import { request } from './request-contract.js';

/** How far a connector has read the log. */
export const EventSubscription = z.object({
  connector: z.string(),
  /** Positions between its cursors and the end of the log: at least as many as there are events. */
  backlog: z.number().int(),
  /** When the oldest event was received that it has not yet been handed; null: it has them all. */
  oldestAt: z.iso.datetime().nullable(),
  /** Events that wait for their next try, or behind one of their run. */
  parked: z.number().int(),
  deadLetters: z.number().int(),
  /** Positions still to be handed over once more. */
  replaying: z.number().int(),
  /** Retention removed events before they were read: how many positions in all, and when last. */
  gap: z.object({ positions: z.number().int(), at: z.iso.datetime() }).nullable(),
});
export type EventSubscription = z.output<typeof EventSubscription>;

/** What is handed over once more: all that is given must fit; nothing given is everything that is kept. */
export const EventReplay = z.object({
  /** Events received since then. */
  from: z.iso.datetime({ offset: true }).optional(),
  runId: z.string().max(500).optional(),
  /** Of the job or any dataset; `*` stands for any characters. */
  namespace: z.string().max(500).optional(),
});
export type EventReplay = z.output<typeof EventReplay>;

const ById = z.object({ id: z.uuid() });

export const lineageMessages = {
  deadLetters: request(
    'idaemon.lineage.dead-letters.list',
    Page.extend({ connector: z.string().optional() }),
    pageOf(DeadLetter),
  ),
  deadLetter: request('idaemon.lineage.dead-letters.get', ById, DeadLetter),
  /**
   * Takes the event once more, as it was or repaired: `folded` at once, or `queued` for the connector that refused it.
   * The dead letter goes; a connector that refuses the event again makes a new one.
   */
  replayDeadLetter: request(
    'idaemon.lineage.dead-letters.replay',
    ById.extend({ body: z.string().optional(), changedBy: z.string() }),
    z.object({ result: z.enum(['folded', 'queued']) }),
    30_000,
  ),
  discardDeadLetter: request(
    'idaemon.lineage.dead-letters.discard',
    ById.extend({ changedBy: z.string() }),
    z.object({}),
  ),
  subscriptions: request(
    'idaemon.lineage.subscriptions.list',
    z.object({ connector: z.string().optional() }),
    z.object({ items: z.array(EventSubscription) }),
  ),
  /** Hands events to a connector once more, beside its cursor. */
  replay: request(
    'idaemon.lineage.subscriptions.replay',
    EventReplay.extend({ connector: z.string(), changedBy: z.string() }),
    z.object({ positions: z.number().int() }),
  ),
} as const;
