import {
  entityKey,
  mergeDataset,
  mergeJob,
  mergeRun,
  type KnownDataset,
  type KnownJob,
  type KnownRun,
} from '@idaemon/open-lineage';
import { entityShardOf } from './entity-shard.js';

/** A column beside key, shard and what is known. */
interface Column<Known> {
  name: string;
  type: string;
  of: (known: Known) => unknown;
}

/** How a kind of entity is kept. */
export interface EntityTable<Known> {
  readonly name: 'job' | 'run' | 'dataset';
  merge: (a: Known, b: Known) => Known;
  shardOf: (key: string, known: Known) => number;
  readonly columns: readonly Column<Known>[];
}

export const jobTable: EntityTable<KnownJob> = {
  name: 'job',
  merge: mergeJob,
  shardOf: entityShardOf,
  columns: [],
};

export const datasetTable: EntityTable<KnownDataset> = {
  name: 'dataset',
  merge: mergeDataset,
  shardOf: entityShardOf,
  columns: [],
};

export const jobKeyOf = ({ job }: KnownRun): string => entityKey(job.namespace, job.name);

/** A run is catalogued by who catalogues its job. */
export const runTable: EntityTable<KnownRun> = {
  name: 'run',
  merge: mergeRun,
  shardOf: (_key, run) => entityShardOf(jobKeyOf(run)),
  columns: [
    { name: 'job_key', type: 'text', of: jobKeyOf },
    { name: 'last_event_time', type: 'text', of: ({ lastEventTime }) => lastEventTime },
    { name: 'is_complete', type: 'boolean', of: ({ state }) => state === 'COMPLETE' },
    { name: 'has_datasets', type: 'boolean', of: ({ inputs, outputs }) => hasAny(inputs) || hasAny(outputs) },
  ],
};

function hasAny(uses: object): boolean {
  for (const _use in uses) return true;
  return false;
}
