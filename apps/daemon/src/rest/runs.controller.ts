import { Controller, Inject } from '@nestjs/common';
import {
  ConnectorStatus,
  Difference,
  gatewayMessages,
  IdaemonError,
  instanceMessages,
  listOf,
  LogLine,
  NotFoundError,
  Run,
} from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { z } from 'zod';
import { RunRepository } from '../runs/run.repository.js';
import { ConnectorResources } from './connector-resources.js';
import { pageOfAll } from './cursor.js';
import { Handles } from './handles.decorator.js';
import { operation, type InputOf } from './operation.js';
import { ConnectorPath, Page, RunResource } from './resources.js';

const tag = 'runs';
const RunPath = ConnectorPath.extend({ id: z.uuid() });

const getStatus = operation({
  id: 'getStatus',
  method: 'GET',
  path: '/api/connectors/{name}/status',
  tag,
  summary: 'Get the observed state of a connector',
  params: ConnectorPath,
  answer: ConnectorStatus,
  problems: ['not-found'],
});

const listRuns = operation({
  id: 'listRuns',
  method: 'GET',
  path: '/api/connectors/{name}/runs',
  tag,
  summary: 'List the runs of a connector, newest first',
  params: ConnectorPath,
  query: Page,
  answer: listOf(Run),
  problems: ['not-found'],
});

const getRun = operation({
  id: 'getRun',
  method: 'GET',
  path: '/api/connectors/{name}/runs/{id}',
  tag,
  summary: 'Get a run with its counts and the first of its differences',
  params: RunPath,
  answer: RunResource,
  problems: ['not-found'],
});

const listDifferences = operation({
  id: 'listDifferences',
  method: 'GET',
  path: '/api/connectors/{name}/runs/{id}/differences',
  tag,
  summary: 'List what a run changed, held back or, for a plan, would change',
  params: RunPath,
  query: Page.extend({ change: Difference.shape.change.optional() }),
  answer: listOf(Difference),
  problems: ['not-found'],
});

const listLogs = operation({
  id: 'listLogs',
  method: 'GET',
  path: '/api/connectors/{name}/logs',
  tag,
  summary: 'List the last log lines of a connector, as the instance that runs it keeps them',
  params: ConnectorPath,
  query: Page.extend({
    limit: z.coerce.number().int().min(1).max(500).default(100).describe('How many of the last lines.'),
  }),
  answer: listOf(LogLine).extend({ owner: z.string().nullable() }),
  problems: ['not-found'],
});

const firstPage = 100;

@Controller()
export class RunsController {
  constructor(
    @Inject(RunRepository) private readonly runs: RunRepository,
    @Inject(ConnectorResources) private readonly resources: ConnectorResources,
    @Inject(Messaging) private readonly messaging: Messaging,
  ) {}

  @Handles(getStatus)
  async status({ params: { name } }: InputOf<typeof getStatus>) {
    return this.resources.status(name);
  }

  @Handles(listRuns)
  async list({ params: { name }, query }: InputOf<typeof listRuns>) {
    const page = await this.runs.list(name, query);
    // The history outlives the connector; without either there is nothing of this name.
    if (page.total === 0) await this.resources.status(name);
    return page;
  }

  @Handles(getRun)
  async get({ params: { name, id } }: InputOf<typeof getRun>) {
    const run = await this.#runOf(name, id);
    const differences = run.state === 'ended' ? await this.#firstDifferences(id) : null;
    return { ...run, differences };
  }

  @Handles(listDifferences)
  async differences({ params: { name, id }, query }: InputOf<typeof listDifferences>) {
    await this.#runOf(name, id);
    return this.#differencesOf(id, query);
  }

  @Handles(listLogs)
  async logs({ params: { name }, query: { limit, ...page } }: InputOf<typeof listLogs>) {
    const { owner } = await this.resources.status(name);
    if (!owner) return { items: [], total: 0, next: null, owner };
    const request = { connector: name, limit };
    const { items } = await this.messaging.request(instanceMessages.logs, { instance: owner }, request);
    return { ...pageOfAll(items, page), owner };
  }

  async #runOf(name: string, id: string): Promise<Run> {
    const run = await this.runs.get(id);
    if (run?.connector === name) return run;
    throw new NotFoundError(`${name} has no run ${id}`, {
      action: `Check the id; GET /api/connectors/${name}/runs lists its runs.`,
    });
  }

  async #firstDifferences(id: string) {
    try {
      return await this.#differencesOf(id, { pageSize: firstPage });
    } catch (error) {
      if (error instanceof IdaemonError) return null;
      throw error;
    }
  }

  async #differencesOf(
    id: string,
    query: { pageSize: number; cursor?: string; change?: z.output<typeof Difference.shape.change> },
  ) {
    const gateway = await this.runs.gatewayOf(id);
    if (!gateway) return { items: [], total: 0, next: null };
    return this.messaging.request(gatewayMessages.runDifferences, { gateway }, { runId: id, ...query });
  }
}
