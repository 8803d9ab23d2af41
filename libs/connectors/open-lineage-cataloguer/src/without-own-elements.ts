import type { ChangedEntities } from '@idaemon/integration-services';
import { openMetadataFacet, type KnownJob } from '@idaemon/open-lineage';

/** Without jobs, and their runs, that were published from open metadata: they are there already, by another name. */
export function withoutOwnElements({ datasets, jobs, runs }: ChangedEntities): ChangedEntities {
  return {
    datasets,
    jobs: jobs.filter(({ known }) => !isOwn(known)),
    runs: runs.filter(({ job }) => !isOwn(job)),
  };
}

function isOwn(job: KnownJob | undefined): boolean {
  return job?.facets[openMetadataFacet] !== undefined;
}
