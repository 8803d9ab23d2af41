import { Controller, Inject } from '@nestjs/common';
import { listOf, NotFoundError, ServiceName, serviceNames } from '@idaemon/contracts';
import { z } from 'zod';
import { ServiceOverviewRepository } from '../ownership/service-overview.repository.js';
import { pageOfAll } from './cursor.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { Page, ServiceOverview } from './resources.js';

const tag = 'services';

const listServices = operation({
  id: 'listServices',
  method: 'GET',
  path: '/api/services',
  tag,
  summary: 'List the twelve integration services with their definitions and instances',
  query: Page,
  answer: listOf(ServiceOverview),
});

const getService = operation({
  id: 'getService',
  method: 'GET',
  path: '/api/services/{service}',
  tag,
  summary: 'Get an integration service: replicas, definitions with their JSON schemas, instances, load',
  params: z.strictObject({ service: z.string() }),
  answer: ServiceOverview,
  problems: ['not-found'],
});

@Controller()
export class ServicesController {
  constructor(@Inject(ServiceOverviewRepository) private readonly services: ServiceOverviewRepository) {}

  @Handles(listServices)
  async list({ query }: InputOf<typeof listServices>) {
    return pageOfAll(await this.services.list(), query);
  }

  @Handles(getService)
  async get({ params: { service } }: InputOf<typeof getService>) {
    const name = ServiceName.safeParse(service);
    const found = name.success ? await this.services.get(name.data) : undefined;
    if (found) return found;
    throw new NotFoundError(`There is no service ${service}`, {
      action: `The services are ${serviceNames.join(', ')}.`,
    });
  }
}
