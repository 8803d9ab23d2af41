import { NotFoundError } from '@idaemon/contracts';
import { entityKey, runKey, type DatasetName } from '@idaemon/open-lineage';
import type { Sql } from '@idaemon/persistence';
import { columnGraph } from './column-graph.js';
import { cursorOf, eventsAfter, lastEvents, listEvents, positionsOf } from './event-pages.js';
import { KnownEntities, type FoundDataset, type FoundJob } from './known-entities.js';
import { lineageGraph } from './lineage-graph.js';
import { datasetShape, datasetVersionShape, jobShape, runShape, searchShape } from './marquez-shapes.js';
import { columnsIn, nodeIn, sliceOf, textIn, timeIn, wholeNumber } from './queries.js';
import type { Params, Query } from './read-routes.js';

const deepest = 50;

/** What Marquez' interface answers, from what is known here. */
export class MarquezReads {
  readonly #entities: KnownEntities;

  constructor(private readonly sql: Sql) {
    this.#entities = new KnownEntities(sql);
  }

  async namespaces(query: Query): Promise<object> {
    return { namespaces: (await this.#entities.namespaces(sliceOf(query))).map(namespaceShape) };
  }

  async namespace({ namespace = '' }: Params): Promise<object> {
    if (!(await this.#entities.hasNamespace(namespace))) throw notThere(`The namespace ${namespace}`);
    return namespaceShape(namespace);
  }

  async jobs({ namespace = '' }: Params, query: Query): Promise<object> {
    const { jobs, total } = await this.#entities.jobsOf(namespace, sliceOf(query));
    return { jobs: jobs.map(jobShape), totalCount: total };
  }

  async job({ namespace = '', job: name = '' }: Params): Promise<object> {
    return jobShape(await this.#jobNamed({ namespace, name }));
  }

  async runs({ namespace = '', job: name = '' }: Params, query: Query): Promise<object> {
    const { key } = await this.#jobNamed({ namespace, name });
    const { runs, total } = await this.#entities.runsOf(key, sliceOf(query));
    return { runs: runs.map(runShape), totalCount: total };
  }

  async run({ run: id = '' }: Params): Promise<object> {
    const run = await this.#entities.run(runKey(id));
    if (!run) throw notThere(`The run ${id}`);
    return runShape(run);
  }

  async datasets({ namespace = '' }: Params, query: Query): Promise<object> {
    const { datasets, total } = await this.#entities.datasetsOf(namespace, sliceOf(query));
    return { datasets: datasets.map(datasetShape), totalCount: total };
  }

  async dataset({ namespace = '', dataset: name = '' }: Params): Promise<object> {
    return datasetShape(await this.#datasetNamed({ namespace, name }));
  }

  async datasetVersions({ namespace = '', dataset: name = '' }: Params, query: Query): Promise<object> {
    const { limit, offset } = sliceOf(query);
    const versions = [datasetVersionShape(await this.#datasetNamed({ namespace, name }))];
    return { versions: versions.slice(offset, offset + limit), totalCount: versions.length };
  }

  async lineage(query: Query): Promise<object> {
    const { kind, names } = nodeIn(query);
    const depth = wholeNumber(query, 'depth', 20, 0, deepest);
    for (const name of names) {
      const key = entityKey(name.namespace, name.name);
      const [found] = await (kind === 'job' ? this.#entities.jobs([key]) : this.#entities.datasets([key]));
      if (found) return lineageGraph(this.#entities, { kind, key }, depth);
    }
    throw notThere(`The node ${textIn(query, 'nodeId')}`);
  }

  async columnLineage(query: Query): Promise<object> {
    const columns = columnsIn(query);
    // A job's columns are those of its outputs: asked for by their datasets.
    if (columns === 'job') return { graph: [] };
    const options = {
      depth: wholeNumber(query, 'depth', 20, 0, deepest),
      withDownstream: textIn(query, 'withDownstream') === 'true',
    };
    for (const column of columns) {
      const [found] = await this.#entities.datasets([entityKey(column.namespace, column.name)]);
      if (found) return columnGraph(this.#entities, column, options);
    }
    throw notThere(`The node ${textIn(query, 'nodeId')}`);
  }

  async search(query: Query): Promise<object> {
    const text = textIn(query, 'q') ?? '';
    const filter = textIn(query, 'filter')?.toLowerCase();
    const kinds = (['job', 'dataset'] as const).filter((kind) => filter === undefined || filter === kind);
    const { limit } = sliceOf(query);
    const found = await this.#entities.search(`%${text}%`, kinds, limit);
    const results = found.map(({ kind, known }) => searchShape(kind, known));
    const isByTime = /^updated?_at$/i.test(textIn(query, 'sort') ?? '');
    const order = isByTime
      ? (a: Result, b: Result) => (a.updatedAt > b.updatedAt ? -1 : 1)
      : (a: Result, b: Result) => (a.name < b.name ? -1 : 1);
    return { totalCount: results.length, results: results.sort(order).slice(0, limit) };
  }

  /** A page of the log; with `last` or `cursor` what follows it, too. Events are put in as they were sent. */
  async events(query: Query): Promise<string> {
    const cursor = textIn(query, 'cursor');
    const last = textIn(query, 'last');
    if (cursor !== undefined || last !== undefined) return this.#following(query, cursor);
    const { events, total } = await listEvents(this.sql, {
      ...sliceOf(query),
      before: timeIn(query, 'before'),
      after: timeIn(query, 'after'),
      isNewestFirst: textIn(query, 'sortDirection')?.toLowerCase() !== 'asc',
    });
    return `{"events":[${events.join(',')}],"totalCount":${total}}`;
  }

  async #following(query: Query, cursor: string | undefined): Promise<string> {
    const namespace = textIn(query, 'namespace');
    const { events, positions } =
      cursor === undefined
        ? await lastEvents(this.sql, wholeNumber(query, 'last', 10, 0, 500), namespace)
        : await eventsAfter(this.sql, positionsOf(cursor), namespace);
    return `{"events":[${events.join(',')}],"next":"${cursorOf(positions)}"}`;
  }

  async #jobNamed({ namespace, name }: DatasetName): Promise<FoundJob> {
    const [job] = await this.#entities.jobs([entityKey(namespace, name)]);
    if (!job) throw notThere(`The job ${name} in ${namespace}`);
    return job;
  }

  async #datasetNamed({ namespace, name }: DatasetName): Promise<FoundDataset> {
    const [dataset] = await this.#entities.datasets([entityKey(namespace, name)]);
    if (!dataset) throw notThere(`The dataset ${name} in ${namespace}`);
    return dataset;
  }
}

interface Result {
  name: string;
  updatedAt: string;
}

/** Namespaces have no life of their own here: nobody makes or owns them. */
function namespaceShape(name: string) {
  return {
    name,
    createdAt: null,
    updatedAt: null,
    ownerName: 'anonymous',
    description: null,
    isHidden: false,
  };
}

function notThere(what: string): NotFoundError {
  return new NotFoundError(`${what} is not known from any event`, {
    action: 'Check the name; GET /api/v1/search finds jobs and datasets.',
  });
}
