import { Controller, Inject } from '@nestjs/common';
import {
  ChangeResult,
  DeadLetter,
  ElementWrite,
  listOf,
  metadataMessages,
  ResourceName,
} from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { Database } from '@idaemon/persistence';
import { z } from 'zod';
import { recordAudit } from '../audit/audit.repository.js';
import { ConnectorRepository } from '../configuration/connector.repository.js';
import { DeclaredGateways } from '../gateways/declared-gateways.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { Page } from './resources.js';

const tag = 'dead-letters';
const At = z.strictObject({
  gateway: ResourceName.default('default').describe('The gateway that keeps it.'),
});
const LetterPath = z.strictObject({ id: z.string().min(1).max(200) });

const listDeadLetters = operation({
  id: 'listDeadLetters',
  method: 'GET',
  path: '/api/dead-letters',
  tag,
  summary: 'List elements that were refused, with the reasons',
  query: Page.extend({
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
  summary: 'Get a dead letter with the element as it was sent',
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
  summary: 'Write the element again, as it was or repaired; the dead letter goes when that succeeds',
  params: LetterPath,
  query: At,
  body: z.strictObject({ element: ElementWrite.optional().describe('The repaired element.') }),
  answer: z.object({ result: ChangeResult }),
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
    return this.messaging.request(metadataMessages.deadLetters, at, filter);
  }

  @Handles(getDeadLetter)
  async get({ params, query: { gateway } }: InputOf<typeof getDeadLetter>) {
    return this.messaging.request(metadataMessages.deadLetter, await this.gateways.checked(gateway), params);
  }

  @Handles(replayDeadLetter)
  async replay({ params, query: { gateway }, body, principal }: InputOf<typeof replayDeadLetter>) {
    const at = await this.gateways.checked(gateway);
    const request = { ...params, ...body, changedBy: principal.name };
    const answer = await this.messaging.request(metadataMessages.replayDeadLetter, at, request);
    const detail = { gateway, isRepaired: body.element !== undefined, result: answer.result.result };
    await this.#record(principal.name, 'replay', params.id, detail);
    return answer;
  }

  @Handles(discardDeadLetter)
  async discard({ params, query: { gateway }, principal }: InputOf<typeof discardDeadLetter>) {
    const at = await this.gateways.checked(gateway);
    const request = { ...params, changedBy: principal.name };
    await this.messaging.request(metadataMessages.discardDeadLetter, at, request);
    await this.#record(principal.name, 'discard', params.id, { gateway });
  }

  async #gatewayOf(connector: string | undefined): Promise<string> {
    const found = connector === undefined ? undefined : await this.connectors.find(connector);
    return found?.configuration.gateway ?? 'default';
  }

  async #record(who: string, action: string, name: string, detail: Record<string, unknown>): Promise<void> {
    await recordAudit(this.database, { who, action, kind: 'dead-letter', name, detail });
  }
}
