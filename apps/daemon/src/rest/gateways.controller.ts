import { Controller, Inject } from '@nestjs/common';
import { GatewayDocument, listOf, ResourceName } from '@idaemon/contracts';
import { z } from 'zod';
import { GatewayConfigurations } from '../configuration/gateway-configurations.js';
import { GatewayRepository, type StoredGateway } from '../configuration/gateway.repository.js';
import { LivingGateways } from '../gateways/living-gateways.js';
import { Answered, etag } from './answered.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { GatewayResource, Page } from './resources.js';

const tag = 'gateways';
const GatewayPath = z.strictObject({ name: z.string() });

const listGateways = operation({
  id: 'listGateways',
  method: 'GET',
  path: '/api/gateways',
  tag,
  summary: 'List the declared gateways with the replicas that live',
  query: Page,
  answer: listOf(GatewayResource),
});

const createGateway = operation({
  id: 'createGateway',
  method: 'POST',
  path: '/api/gateways',
  tag,
  access: 'administrator',
  summary: 'Declare a gateway',
  document: GatewayDocument,
  status: 201,
  answer: GatewayResource,
  problems: ['configuration-invalid', 'conflict'],
});

const getGateway = operation({
  id: 'getGateway',
  method: 'GET',
  path: '/api/gateways/{name}',
  tag,
  summary: 'Get a gateway; its entity tag is its revision',
  params: GatewayPath,
  answer: GatewayResource,
  problems: ['not-found'],
});

const putGateway = operation({
  id: 'putGateway',
  method: 'PUT',
  path: '/api/gateways/{name}',
  tag,
  access: 'administrator',
  summary: 'Declare or change a gateway',
  params: z.strictObject({ name: ResourceName }),
  document: GatewayDocument,
  answer: GatewayResource,
  alsoAnswers: { 201: 'It was created.' },
  problems: ['configuration-invalid'],
  isConditional: true,
});

const deleteGateway = operation({
  id: 'deleteGateway',
  method: 'DELETE',
  path: '/api/gateways/{name}',
  tag,
  access: 'administrator',
  summary: 'Forget a gateway that no connector names; its metadata stays where it is',
  params: GatewayPath,
  status: 204,
  answer: z.void(),
  problems: ['not-found', 'conflict'],
  isConditional: true,
});

@Controller()
export class GatewaysController {
  constructor(
    @Inject(GatewayConfigurations) private readonly configurations: GatewayConfigurations,
    @Inject(GatewayRepository) private readonly gateways: GatewayRepository,
    @Inject(LivingGateways) private readonly living: LivingGateways,
  ) {}

  @Handles(listGateways)
  async list({ query }: InputOf<typeof listGateways>) {
    const page = await this.gateways.list(query);
    return { ...page, items: page.items.map((gateway) => this.#resourceOf(gateway)) };
  }

  @Handles(createGateway)
  async create({ document, principal }: InputOf<typeof createGateway>) {
    return this.#answer(await this.configurations.create(document, principal), true);
  }

  @Handles(getGateway)
  async get({ params: { name } }: InputOf<typeof getGateway>) {
    return this.#answer(await this.configurations.get(name), false);
  }

  @Handles(putGateway)
  async put({ params: { name }, document, preconditions, principal }: InputOf<typeof putGateway>) {
    const { gateway, change } = await this.configurations.put(name, document, preconditions, principal);
    return this.#answer(gateway, change === 'created');
  }

  @Handles(deleteGateway)
  async delete({ params: { name }, preconditions, principal }: InputOf<typeof deleteGateway>) {
    await this.configurations.delete(name, preconditions, principal);
  }

  #answer(gateway: StoredGateway, isNew: boolean): Answered<z.output<typeof GatewayResource>> {
    const tagged = { headers: etag(gateway.revision) };
    const location = `/api/gateways/${gateway.document.name}`;
    const created = { status: 201, headers: { ...tagged.headers, location } };
    return new Answered(this.#resourceOf(gateway), isNew ? created : tagged);
  }

  #resourceOf({ document, ...stored }: StoredGateway): z.output<typeof GatewayResource> {
    return { ...document, ...stored, replicas: this.living.replicasOf(document.name) };
  }
}
