import type { RefreshMetadata } from '@idaemon/connector-kit';
import type { ChangedEntities, lineageIntegrator } from '@idaemon/integration-services';
import type { CataloguerConfig } from './config.js';
import { datasetElements } from './dataset-elements.js';
import type { CataloguedElement } from './elements.js';
import { tellOwnership } from './facet-changes.js';
import { jobElements } from './job-elements.js';
import { runElement } from './run-elements.js';
import { withoutOwnElements } from './without-own-elements.js';

/** The elements of all that is known, for a refresh; facets are told on the way. */
export async function* allElements(
  metadata: RefreshMetadata<typeof lineageIntegrator>,
  known: AsyncIterable<ChangedEntities>,
  config: CataloguerConfig,
): AsyncGenerator<CataloguedElement> {
  for await (const page of known) {
    const { datasets, jobs, runs } = withoutOwnElements(page);
    for (const dataset of datasets) {
      const catalogued = datasetElements(dataset.known);
      yield* catalogued.elements;
      await tellOwnership(metadata, catalogued);
    }
    for (const job of jobs) {
      const { qualifiedName, elements, flows } = jobElements(job, config);
      yield* elements;
      if (flows.length > 0) await metadata.relateAll('DataFlow', qualifiedName, flows);
    }
    for (const run of runs) yield runElement(run.known);
  }
}
