import { Controller, Inject } from '@nestjs/common';
import { EventReplay, EventSubscription, lineageMessages, ResourceName } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { Database } from '@idaemon/persistence';
import { z } from 'zod';
import { recordAudit } from '../audit/audit.repository.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';

const tag = 'lineage';

const listSubscriptions = operation({
  id: 'listSubscriptions',
  method: 'GET',
  path: '/api/lineage/subscriptions',
  tag,
  summary: 'List who listens to OpenLineage events: how far each is, what waits, and what it missed',
  query: z.strictObject({ connector: z.string().optional().describe('Only this connector.') }),
  answer: z.object({ items: z.array(EventSubscription) }),
});

const replayEvents = operation({
  id: 'replayEvents',
  method: 'POST',
  path: '/api/lineage/subscriptions/{connector}/replay',
  tag,
  access: 'operator',
  summary:
    'Hand events to a connector once more: of a time, a run or a namespace; all that are kept by default',
  params: z.strictObject({ connector: ResourceName }),
  body: z.strictObject(EventReplay.shape),
  status: 202,
  answer: z.object({
    positions: z.number().int().describe('Positions of the log that are looked through for them.'),
  }),
  problems: ['not-found'],
});

/** How far the connectors of the lineage integrator have read its log. */
@Controller()
export class SubscriptionsController {
  constructor(
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Handles(listSubscriptions)
  async list({ query }: InputOf<typeof listSubscriptions>) {
    return this.messaging.request(lineageMessages.subscriptions, {}, query);
  }

  @Handles(replayEvents)
  async replay({ params, body, principal }: InputOf<typeof replayEvents>) {
    const request = { ...params, ...body, changedBy: principal.name };
    const answer = await this.messaging.request(lineageMessages.replay, {}, request);
    await recordAudit(this.database, {
      ...{ who: principal.name, action: 'replay-events', kind: 'connector', name: params.connector },
      detail: { ...body, ...answer },
    });
    return answer;
  }
}
