import type {
  ChangeResult,
  Collection,
  CollectionDeclaration,
  ConnectorLog,
  Metadata,
} from '@idaemon/connector-kit';
import type { ChangedEntities, lineageIntegrator } from '@idaemon/integration-services';
import { runQualifiedName } from '@idaemon/open-lineage';
import type { CataloguerConfig } from './config.js';
import { datasetElements, type CataloguedDataset } from './dataset-elements.js';
import type { CataloguedElement } from './elements.js';
import { tellOwnership } from './facet-changes.js';
import { jobElements, sourceReferenceName, type CataloguedJob } from './job-elements.js';
import type { RecentlyWritten } from './recently-written.js';
import { runElement } from './run-elements.js';

type LineageMetadata = Metadata<typeof lineageIntegrator>;

export interface CataloguePageOptions {
  config: CataloguerConfig;
  log: ConnectorLog;
  /** Of this engagement: a failure ends both. */
  written: RecentlyWritten;
}

/**
 * Writes what has changed. Changes that are asked for together travel together, and neighbours of one kind are written
 * together: first all elements, from the outside to the inside, then what relates them, then what is gone.
 */
export async function cataloguePage(
  metadata: LineageMetadata,
  { datasets, jobs, runs }: ChangedEntities,
  { config, log, written }: CataloguePageOptions,
): Promise<void> {
  const changedDatasets = datasets
    .map(({ known }) => datasetElements(known))
    .filter((dataset) => written.isNews(dataset.reference.qualifiedName, dataset));
  const changedJobs = jobs
    .map((job) => jobElements(job, config))
    .filter((job) => written.isNews(job.qualifiedName, job));
  await inTurn(elementsOf(changedDatasets, changedJobs, runs), (element) => upsert(metadata, element));
  await inTurn(changedDatasets, (dataset) => tellOwnership(metadata, dataset));
  await inTurn(changedJobs, async ({ qualifiedName, flows }) => {
    const result = await metadata.relateAll('DataFlow', qualifiedName, flows);
    if (result.result === 'refused')
      log.warn(`Lineage of ${qualifiedName} is incomplete: ${result.error.message}`);
  });
  await inTurn(
    changedDatasets.flatMap(({ complete }) => complete),
    ({ parent, keep }) => metadata.columns.prune(parent, keep),
  );
  await inTurn(changedJobs, ({ qualifiedName, ports }) =>
    metadata.ports.prune({ processes: qualifiedName }, ports),
  );
  await inTurn(changedJobs, ({ qualifiedName, hasSourceReference }) =>
    metadata.externalReferences.prune(
      { processes: qualifiedName },
      hasSourceReference ? [sourceReferenceName(qualifiedName)] : [],
    ),
  );
  const retired = jobs.flatMap(({ retiredRuns }) => retiredRuns);
  await inTurn(retired, ({ runId }) =>
    metadata.processes.remove(runQualifiedName(runId), { isExpired: true }),
  );
}

function* elementsOf(
  datasets: readonly CataloguedDataset[],
  jobs: readonly CataloguedJob[],
  runs: ChangedEntities['runs'],
): Generator<CataloguedElement> {
  for (const { elements } of datasets) yield* elements;
  for (const { elements } of jobs) yield* elements;
  for (const { known } of runs) yield runElement(known);
}

function upsert(metadata: LineageMetadata, element: CataloguedElement): Promise<ChangeResult> {
  const [name, input] = Object.entries(element)[0] as [keyof CataloguedElement, never];
  const collection = metadata[name] as Collection<CollectionDeclaration>;
  return collection.upsert(input);
}

/** As many as two messages hold: while one is under way the next one fills. */
const maxUnderWay = 400;

/** Asks for all changes in their order, without waiting for each one; rejects with the first failure. */
async function inTurn<T>(all: Iterable<T>, ask: (one: T) => Promise<unknown>): Promise<void> {
  const underWay = new Set<Promise<unknown>>();
  let failure: { reason: unknown } | undefined;
  for (const one of all) {
    const asked: Promise<unknown> = ask(one)
      .catch((reason: unknown) => (failure ??= { reason }))
      .finally(() => underWay.delete(asked));
    underWay.add(asked);
    if (underWay.size >= maxUnderWay) await Promise.race(underWay);
    if (failure) break;
  }
  await Promise.all(underWay);
  if (failure) throw failure.reason;
}
