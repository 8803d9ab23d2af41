import { Controller, Inject } from '@nestjs/common';
import { listOf } from '@idaemon/contracts';
import { z } from 'zod';
import { AuditRepository } from '../audit/audit.repository.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { AuditResource, Page } from './resources.js';

const listAudit = operation({
  id: 'listAudit',
  method: 'GET',
  path: '/api/audit',
  tag: 'audit',
  summary: 'List who changed what, newest first',
  query: Page.extend({
    kind: z.string().optional(),
    name: z.string().optional(),
    who: z.string().optional(),
    action: z.string().optional(),
    since: z.iso.datetime().optional(),
    until: z.iso.datetime().optional(),
  }),
  answer: listOf(AuditResource),
});

@Controller()
export class AuditController {
  constructor(@Inject(AuditRepository) private readonly audit: AuditRepository) {}

  @Handles(listAudit)
  async list({ query: { pageSize, cursor, ...filter } }: InputOf<typeof listAudit>) {
    return this.audit.list(filter, { pageSize, cursor });
  }
}
