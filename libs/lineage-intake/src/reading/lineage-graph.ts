import { nodeIdOf } from '@idaemon/open-lineage';
import { groupBy } from './group-by.js';
import type { KnownEntities, Use } from './known-entities.js';
import { datasetShape, jobShape, nameOf } from './marquez-shapes.js';

interface Edge {
  origin: string;
  destination: string;
}

/** A place of the walk, by its key. */
export interface GraphStart {
  kind: 'job' | 'dataset';
  key: string;
}

/** Nodes of one graph: pages draw no more, and nobody waits for more. */
const mostNodes = 2_000;

/**
 * The graph around a job or dataset, both ways: what is upstream of it and what is downstream, each its own way, at most
 * `depth` steps far. Set-based: two statements per step, whatever the number of nodes.
 */
export async function lineageGraph(entities: KnownEntities, start: GraphStart, depth: number) {
  const reached = new Reached(start);
  for (const way of ['upstream', 'downstream'] as const) {
    let jobs = start.kind === 'job' ? [start.key] : [];
    let datasets = start.kind === 'dataset' ? [start.key] : [];
    for (let step = 0; step < depth && jobs.length + datasets.length > 0 && !reached.isFull; step++) {
      const [fromJobs, fromDatasets] = await Promise.all([
        jobs.length > 0 ? entities.usesOfJobs(jobs, way === 'downstream') : [],
        datasets.length > 0 ? entities.usersOf(datasets, way === 'upstream', mostNodes + 1) : [],
      ]);
      datasets = reached.addDatasets(fromJobs, way);
      jobs = reached.addJobs(fromDatasets, way);
    }
  }
  return { graph: await nodesOf(entities, reached) };
}

class Reached {
  readonly jobs = new Set<string>();
  readonly datasets = new Set<string>();
  /** From the job to the dataset, or the other way round. */
  readonly reads = new Map<string, Use>();
  readonly writes = new Map<string, Use>();

  constructor({ kind, key }: GraphStart) {
    (kind === 'job' ? this.jobs : this.datasets).add(key);
  }

  get isFull(): boolean {
    return this.jobs.size + this.datasets.size >= mostNodes;
  }

  /** Those that are new. */
  addDatasets(uses: readonly Use[], way: 'upstream' | 'downstream'): string[] {
    return this.#add(
      uses,
      way === 'downstream' ? this.writes : this.reads,
      (use) => use.dataset_key,
      this.datasets,
    );
  }

  addJobs(uses: readonly Use[], way: 'upstream' | 'downstream'): string[] {
    return this.#add(uses, way === 'upstream' ? this.writes : this.reads, (use) => use.job_key, this.jobs);
  }

  #add(
    uses: readonly Use[],
    edges: Map<string, Use>,
    keyOf: (use: Use) => string,
    known: Set<string>,
  ): string[] {
    const added: string[] = [];
    for (const use of uses) {
      const key = keyOf(use);
      if (!known.has(key)) {
        if (this.isFull) continue;
        known.add(key);
        added.push(key);
      }
      edges.set(`${use.job_key}\n${use.dataset_key}`, use);
    }
    return added;
  }
}

async function nodesOf(entities: KnownEntities, { jobs, datasets, reads, writes }: Reached) {
  const [foundJobs, foundDatasets] = await Promise.all([
    entities.jobs([...jobs]),
    entities.datasets([...datasets]),
  ]);
  const ids = new Map<string, string>();
  for (const { key, known } of foundJobs) ids.set(`job ${key}`, nodeIdOf('job', known));
  for (const { key, known } of foundDatasets) ids.set(`dataset ${key}`, nodeIdOf('dataset', known));
  const edges = [
    ...edgesOf(reads.values(), ids, ({ job, dataset }) => ({ origin: dataset, destination: job })),
    ...edgesOf(writes.values(), ids, ({ job, dataset }) => ({ origin: job, destination: dataset })),
  ];
  const withEdges = edgesByNode(edges);
  return [
    ...foundJobs.map((job) => withEdges(nodeIdOf('job', job.known), 'JOB', jobShape(job))),
    ...foundDatasets.map((dataset) =>
      withEdges(nodeIdOf('dataset', nameOf(dataset.known)), 'DATASET', datasetShape(dataset)),
    ),
  ];
}

function* edgesOf(
  uses: Iterable<Use>,
  ids: ReadonlyMap<string, string>,
  edgeOf: (ends: { job: string; dataset: string }) => Edge,
): Generator<Edge> {
  for (const { job_key: jobKey, dataset_key: datasetKey } of uses) {
    const [job, dataset] = [ids.get(`job ${jobKey}`), ids.get(`dataset ${datasetKey}`)];
    if (job !== undefined && dataset !== undefined) yield edgeOf({ job, dataset });
  }
}

function edgesByNode(edges: readonly Edge[]) {
  const into = groupBy(edges, ({ destination }) => destination);
  const outOf = groupBy(edges, ({ origin }) => origin);
  return (id: string, type: string, data: object) => ({
    ...{ id, type, data },
    inEdges: into.get(id) ?? [],
    outEdges: outOf.get(id) ?? [],
  });
}
