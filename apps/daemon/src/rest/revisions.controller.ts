import { Controller, Inject } from '@nestjs/common';
import { listOf, NotFoundError } from '@idaemon/contracts';
import { z } from 'zod';
import { unknownConnector } from '../configuration/connector-configurations.js';
import { RevisionRepository } from '../configuration/revision.repository.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { ConnectorPath, Page, RevisionResource } from './resources.js';

const tag = 'connectors';

const listRevisions = operation({
  id: 'listRevisions',
  method: 'GET',
  path: '/api/connectors/{name}/revisions',
  tag,
  summary: 'List the revisions of a connector, newest first; also of a deleted one',
  params: ConnectorPath,
  query: Page,
  answer: listOf(RevisionResource),
  problems: ['not-found'],
});

const getRevision = operation({
  id: 'getRevision',
  method: 'GET',
  path: '/api/connectors/{name}/revisions/{revision}',
  tag,
  summary: 'Get one revision of a connector',
  params: ConnectorPath.extend({ revision: z.coerce.number().int().positive() }),
  answer: RevisionResource,
  problems: ['not-found'],
});

@Controller()
export class RevisionsController {
  constructor(@Inject(RevisionRepository) private readonly revisions: RevisionRepository) {}

  @Handles(listRevisions)
  async list({ params: { name }, query }: InputOf<typeof listRevisions>) {
    const page = await this.revisions.list('connector', name, query);
    if (page.total === 0) throw unknownConnector(name);
    return page;
  }

  @Handles(getRevision)
  async get({ params: { name, revision } }: InputOf<typeof getRevision>) {
    const found = await this.revisions.find('connector', name, revision);
    if (found) return found;
    throw new NotFoundError(`The connector ${name} has no revision ${revision}`, {
      action: `GET /api/connectors/${name}/revisions lists those that are kept.`,
    });
  }
}
