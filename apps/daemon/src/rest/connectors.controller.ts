import { Controller, Inject } from '@nestjs/common';
import {
  ConnectorConfiguration,
  ConnectorState,
  listOf,
  ResourceName,
  Run,
  ServiceName,
  WantedState,
} from '@idaemon/contracts';
import { z } from 'zod';
import { ConnectorConfigurations, type Applied } from '../configuration/connector-configurations.js';
import { Answered, etag } from './answered.js';
import { ConnectorResources } from './connector-resources.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { ConnectorPath, ConnectorResource, Page } from './resources.js';

const tag = 'connectors';

const listConnectors = operation({
  id: 'listConnectors',
  method: 'GET',
  path: '/api/connectors',
  tag,
  summary: 'List connectors with their documents, revisions and observed states, by name',
  query: Page.extend({
    service: ServiceName.optional(),
    connector: z.string().optional().describe('The name of a definition.'),
    gateway: z.string().optional(),
    wanted: WantedState.optional(),
    state: ConnectorState.optional(),
    group: z.string().optional().describe('Only members of this group.'),
    q: z.string().max(200).optional().describe('Text in the name or the description.'),
  }),
  answer: listOf(ConnectorResource),
});

const createConnector = operation({
  id: 'createConnector',
  method: 'POST',
  path: '/api/connectors',
  tag,
  access: 'administrator',
  summary: 'Create a connector',
  document: ConnectorConfiguration,
  status: 201,
  answer: ConnectorResource,
  problems: ['configuration-invalid', 'conflict'],
});

const getConnector = operation({
  id: 'getConnector',
  method: 'GET',
  path: '/api/connectors/{name}',
  tag,
  summary: 'Get a connector; its entity tag is its revision',
  params: ConnectorPath,
  answer: ConnectorResource,
  problems: ['not-found'],
});

const putConnector = operation({
  id: 'putConnector',
  method: 'PUT',
  path: '/api/connectors/{name}',
  tag,
  access: 'administrator',
  summary: 'Create or replace a connector',
  description:
    'The same document again changes nothing and makes no revision. The wanted state stays as it is; initialState counts at creation only.',
  params: z.strictObject({ name: ResourceName }),
  document: ConnectorConfiguration,
  answer: ConnectorResource,
  alsoAnswers: { 201: 'It was created.' },
  problems: ['configuration-invalid', 'conflict'],
  isConditional: true,
});

const patchConnector = operation({
  id: 'patchConnector',
  method: 'PATCH',
  path: '/api/connectors/{name}',
  tag,
  access: 'administrator',
  summary: 'Change some keys of a connector (JSON merge patch: null removes a key)',
  params: ConnectorPath,
  document: z.record(z.string(), z.json()),
  answer: ConnectorResource,
  problems: ['configuration-invalid', 'not-found'],
  isConditional: true,
});

const deleteConnector = operation({
  id: 'deleteConnector',
  method: 'DELETE',
  path: '/api/connectors/{name}',
  tag,
  access: 'administrator',
  summary: 'Delete a connector; what it has catalogued is kept unless elements=remove',
  description:
    'Elements are removed by a run that goes on by itself; /api/connectors/{name}/runs shows it. Asked again meanwhile, the same run is answered. Until it has ended, the name is taken. With elements=remove, a connector that was deleted before and whose elements were kept loses them now.',
  params: ConnectorPath,
  query: z.strictObject({ elements: z.enum(['keep', 'remove']).default('keep') }),
  status: 204,
  alsoAnswers: { 202: 'Its elements are being removed, by this run.' },
  answer: Run.optional(),
  problems: ['not-found'],
  isConditional: true,
});

@Controller()
export class ConnectorsController {
  constructor(
    @Inject(ConnectorConfigurations) private readonly configurations: ConnectorConfigurations,
    @Inject(ConnectorResources) private readonly resources: ConnectorResources,
  ) {}

  @Handles(listConnectors)
  async list({ query: { pageSize, cursor, ...filter } }: InputOf<typeof listConnectors>) {
    return this.resources.list(filter, { pageSize, cursor });
  }

  @Handles(createConnector)
  async create({ document, principal }: InputOf<typeof createConnector>) {
    return this.#created(await this.configurations.create(document, principal));
  }

  @Handles(getConnector)
  async get({ params: { name } }: InputOf<typeof getConnector>) {
    const connector = await this.configurations.get(name);
    return new Answered(await this.resources.of(connector), { headers: etag(connector.revision) });
  }

  @Handles(putConnector)
  async put({ params: { name }, document, preconditions, principal }: InputOf<typeof putConnector>) {
    const { connector, change } = await this.configurations.put(name, document, preconditions, principal);
    if (change === 'created') return this.#created(connector);
    return new Answered(await this.resources.of(connector), { headers: etag(connector.revision) });
  }

  @Handles(patchConnector)
  async patch({ params: { name }, document, preconditions, principal }: InputOf<typeof patchConnector>) {
    const { connector } = await this.configurations.patch(name, document, preconditions, principal);
    return new Answered(await this.resources.of(connector), { headers: etag(connector.revision) });
  }

  @Handles(deleteConnector)
  async delete({ params, query, preconditions, principal }: InputOf<typeof deleteConnector>) {
    const run = await this.configurations.delete(params.name, query.elements, preconditions, principal);
    if (!run) return undefined;
    const location = `/api/connectors/${params.name}/runs/${run.id}`;
    return new Answered(run, { status: 202, headers: { location } });
  }

  async #created(connector: Applied['connector']): Promise<Answered<ConnectorResource>> {
    const { name } = connector.configuration;
    const headers = { ...etag(connector.revision), location: `/api/connectors/${name}` };
    return new Answered(await this.resources.of(connector), { status: 201, headers });
  }
}
