import { Controller, Inject } from '@nestjs/common';
import {
  ChangeResult,
  DeadLetter,
  ElementWrite,
  lineageMessages,
  listOf,
  metadataMessages,
  RequestError,
  ResourceName,
} from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { Database } from '@idaemon/persistence';
import { z } from 'zod';
import { recordAudit } from '../audit/audit.repository.js';
import { ConnectorRepository } from '../configuration/connector.repository.js';
import { DeclaredGateways } from '../gateways/declared-gateways.js';
import { isEventLetter, listDeadLetters as listOfBoth } from './dead-letter-list.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { Page } from './resources.js';

const tag = 'dead-letters';
const At = z.strictObject({
  gateway: ResourceName.default('default').describe('The gateway that keeps it, of an element.'),
});
const LetterPath = z.strictObject({ id: z.string().min(1).max(200) });

const listDeadLetters = operation({
  id: 'listDeadLetters',
  method: 'GET',
  path: '/api/dead-letters',
  tag,
  summary: 'List elements and events that were refused, with the reasons',
  query: Page.extend({
    kind: DeadLetter.shape.kind
      .optional()
      .describe('element: kept by a gateway; event: by the log of OpenLineage events; default: both.'),
    connector: z.string().optional().describe('Only those of this connector, from its gateway.'),
    gateway: ResourceName.optional().describe('Default: the gateway of the connector, else the default one.'),
  }),
  answer: listOf(DeadLetter),
});

const getDeadLetter = operation({
  id: 'getDeadLetter',
  method: 'GET',
  path: '/api/dead-letters/{id}',
  tag,
  summary: 'Get a dead letter with the element or the event as it was sent',
  params: LetterPath,
  query: At,
  answer: DeadLetter,
  problems: ['not-found'],
});

const replayDeadLetter = operation({
  id: 'replayDeadLetter',
  method: 'POST',
  path: '/api/dead-letters/{id}/replay',
  tag,
  access: 'operator',
  summary:
    'Take the element or the event again, as it was or repaired; the dead letter goes when that succeeds',
  params: LetterPath,
  query: At,
  body: z.strictObject({
    element: ElementWrite.optional().describe('The repaired element.'),
    event: z
      .union([z.string(), z.record(z.string(), z.json())])
      .optional()
      .describe('The repaired event; as text it is kept exactly, long numbers too.'),
  }),
  answer: z.object({ result: z.union([ChangeResult, lineageMessages.replayDeadLetter.reply]) }),
  problems: ['not-found', 'metadata-invalid', 'conflict'],
});

const discardDeadLetter = operation({
  id: 'discardDeadLetter',
  method: 'DELETE',
  path: '/api/dead-letters/{id}',
  tag,
  access: 'operator',
  summary: 'Discard a dead letter',
  params: LetterPath,
  query: At,
  status: 204,
  answer: z.void(),
  problems: ['not-found'],
});

/** One front over the dead letters, which are kept where the unit of work is. */
@Controller()
export class DeadLettersController {
  constructor(
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(DeclaredGateways) private readonly gateways: DeclaredGateways,
    @Inject(ConnectorRepository) private readonly connectors: ConnectorRepository,
    @Inject(Database) private readonly database: Database,
  ) {}

  @Handles(listDeadLetters)
  async list({ query: { gateway, ...filter } }: InputOf<typeof listDeadLetters>) {
    const at = await this.gateways.checked(gateway ?? (await this.#gatewayOf(filter.connector)));
    return listOfBoth(this.messaging, at, filter);
  }

  @Handles(getDeadLetter)
  async get({ params, query: { gateway } }: InputOf<typeof getDeadLetter>): Promise<DeadLetter> {
    if (isEventLetter(params.id)) return this.messaging.request(lineageMessages.deadLetter, {}, params);
    return this.messaging.request(metadataMessages.deadLetter, await this.gateways.checked(gateway), params);
  }

  @Handles(replayDeadLetter)
  async replay(input: InputOf<typeof replayDeadLetter>) {
    const { params, query, body, principal } = input;
    if (isEventLetter(params.id)) return this.#replayEvent(input);
    if (body.event !== undefined) throw wrongKind('event', 'an element');
    const { gateway } = query;
    const at = await this.gateways.checked(gateway);
    const request = { ...params, element: body.element, changedBy: principal.name };
    const answer = await this.messaging.request(metadataMessages.replayDeadLetter, at, request);
    const detail = { gateway, isRepaired: body.element !== undefined, result: answer.result.result };
    await this.#record(principal.name, 'replay', params.id, detail);
    return answer;
  }

  @Handles(discardDeadLetter)
  async discard({ params, query: { gateway }, principal }: InputOf<typeof discardDeadLetter>) {
    const request = { ...params, changedBy: principal.name };
    if (isEventLetter(params.id)) {
      await this.messaging.request(lineageMessages.discardDeadLetter, {}, request);
      return this.#record(principal.name, 'discard', params.id, { kind: 'event' });
    }
    const at = await this.gateways.checked(gateway);
    await this.messaging.request(metadataMessages.discardDeadLetter, at, request);
    await this.#record(principal.name, 'discard', params.id, { gateway });
  }

  async #replayEvent({ params, body, principal }: InputOf<typeof replayDeadLetter>) {
    if (body.element !== undefined) throw wrongKind('element', 'an event');
    const { event } = body;
    const repaired = event === undefined || typeof event === 'string' ? event : JSON.stringify(event);
    const request = { ...params, body: repaired, changedBy: principal.name };
    const result = await this.messaging.request(lineageMessages.replayDeadLetter, {}, request);
    const detail = { kind: 'event', isRepaired: event !== undefined, result: result.result };
    await this.#record(principal.name, 'replay', params.id, detail);
    return { result };
  }

  async #gatewayOf(connector: string | undefined): Promise<string> {
    const found = connector === undefined ? undefined : await this.connectors.find(connector);
    return found?.configuration.gateway ?? 'default';
  }

  async #record(who: string, action: string, name: string, detail: Record<string, unknown>): Promise<void> {
    await recordAudit(this.database, { who, action, kind: 'dead-letter', name, detail });
  }
}

function wrongKind(member: string, kept: string): RequestError {
  const errors = [{ path: member, message: `must be left out: the dead letter is of ${kept}` }];
  return new RequestError(`The dead letter is of ${kept}`, { errors });
}
