import { datasetFacets, inputFacets, outputFacets } from './dataset-facets.js';
import type { FacetSchema } from './facet-schema.js';
import { jobFacets } from './job-facets.js';
import { runFacets } from './run-facets.js';

export type FacetScope = 'run' | 'job' | 'dataset' | 'input' | 'output';

/** The facets of the standard by what they belong to and by their key in an event. */
export const standardFacets: Record<FacetScope, Record<string, FacetSchema>> = {
  run: runFacets,
  job: jobFacets,
  dataset: datasetFacets,
  input: inputFacets,
  output: outputFacets,
};

const keys = new Set(Object.values(standardFacets).flatMap((facets) => Object.keys(facets)));

/** Whether the standard knows a facet of this key, on whatever. */
export function isStandardFacet(key: string): boolean {
  return keys.has(key);
}
