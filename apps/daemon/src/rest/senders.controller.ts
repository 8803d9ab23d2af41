import { Controller, Inject } from '@nestjs/common';
import { listOf } from '@idaemon/contracts';
import { z } from 'zod';
import { SenderRepository } from '../senders/sender.repository.js';
import { Senders } from '../senders/senders.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { NewSenderResource, Page, SenderRequest, SenderResource } from './resources.js';

const tag = 'lineage';

const listSenders = operation({
  id: 'listSenders',
  method: 'GET',
  path: '/api/lineage/senders',
  tag,
  access: 'administrator',
  summary: 'List who may send events, without their keys',
  query: Page,
  answer: listOf(SenderResource),
});

const createSender = operation({
  id: 'createSender',
  method: 'POST',
  path: '/api/lineage/senders',
  tag,
  access: 'administrator',
  summary: 'Make a key for a sender of events; its value is answered once and kept by nobody',
  body: SenderRequest,
  status: 201,
  answer: NewSenderResource,
  problems: ['conflict'],
});

const revokeSender = operation({
  id: 'revokeSender',
  method: 'DELETE',
  path: '/api/lineage/senders/{id}',
  tag,
  access: 'administrator',
  summary: 'Revoke the key of a sender',
  params: z.strictObject({ id: z.uuid() }),
  status: 204,
  answer: z.void(),
  problems: ['not-found'],
});

@Controller()
export class SendersController {
  constructor(
    @Inject(Senders) private readonly senders: Senders,
    @Inject(SenderRepository) private readonly stored: SenderRepository,
  ) {}

  @Handles(listSenders)
  async list({ query }: InputOf<typeof listSenders>) {
    return this.stored.list(query);
  }

  @Handles(createSender)
  async create({ body, principal }: InputOf<typeof createSender>) {
    return this.senders.create(body, principal);
  }

  @Handles(revokeSender)
  async revoke({ params: { id }, principal }: InputOf<typeof revokeSender>) {
    await this.senders.revoke(id, principal);
  }
}
