import type { Metadata } from '@idaemon/connector-kit';
import type { lineageIntegrator } from '@idaemon/integration-services';
import type { CataloguedDataset } from './dataset-elements.js';

/** A facet, since others may own the dataset. An owner that is not said again stays: events that say none are no news. */
export async function tellOwnership(
  metadata: Pick<Metadata<typeof lineageIntegrator>, 'classify'>,
  { reference, ownership }: CataloguedDataset,
): Promise<void> {
  if (ownership) await metadata.classify(reference, 'Ownership', { ...ownership });
}
