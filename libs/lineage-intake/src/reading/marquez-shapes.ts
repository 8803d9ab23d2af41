/** What is known, in the shapes that tools of Marquez read. What idaemon does not keep is null or empty there. */
import { hash } from 'node:crypto';
import {
  lineageOf,
  nodeIdOf,
  type DatasetName,
  type KnownDataset,
  type KnownFacets,
  type KnownRun,
} from '@idaemon/open-lineage';
import type { FoundDataset, FoundJob } from './known-entities.js';

export function jobShape(job: FoundJob) {
  const { known, currentRun, latestRun } = job;
  const { namespace, name, facets } = known;
  const { inputs, outputs } = lineageOf(known, currentRun);
  const run = latestRun ? runShape(latestRun) : null;
  return {
    id: { namespace, name },
    type: jobType(facets),
    name,
    simpleName:
      known.parent && name.startsWith(`${known.parent.name}.`)
        ? name.slice(known.parent.name.length + 1)
        : name,
    parentJobName: known.parent?.name ?? null,
    createdAt: known.firstSeen,
    updatedAt: known.lastSeen,
    namespace,
    inputs: Object.values(inputs).map(nameOf),
    outputs: Object.values(outputs).map(nameOf),
    location: textOf(facets, 'sourceCodeLocation', 'url') ?? null,
    description: textOf(facets, 'documentation', 'description') ?? null,
    latestRun: run,
    latestRuns: run ? [run] : [],
    facets: facetsShape(facets),
    tags: tagsOf(facets),
    currentVersion: versionOf([namespace, name, Object.keys(inputs).sort(), Object.keys(outputs).sort()]),
  };
}

export function datasetShape({ known }: FoundDataset) {
  const { namespace, name, facets } = known;
  const lifecycle = textOf(facets, 'lifecycleStateChange', 'lifecycleStateChange') ?? null;
  return {
    id: { namespace, name },
    type: /^(kafka|pubsub):/.test(namespace) ? 'STREAM' : 'DB_TABLE',
    name,
    physicalName: name,
    createdAt: known.firstSeen,
    updatedAt: known.lastSeen,
    namespace,
    sourceName: textOf(facets, 'dataSource', 'name') ?? namespace,
    fields: fieldsOf(facets),
    tags: tagsOf(facets),
    lastModifiedAt: known.lastSeen,
    lastLifecycleState: lifecycle,
    description: textOf(facets, 'documentation', 'description') ?? null,
    currentVersion: datasetVersion(known),
    columnLineage: null,
    facets: facetsShape(facets),
    deleted: lifecycle === 'DROP',
  };
}

/** The one version that is kept: as the dataset is known now. */
export function datasetVersionShape(dataset: FoundDataset) {
  const {
    id,
    createdAt: _created,
    updatedAt,
    currentVersion,
    deleted: _deleted,
    ...rest
  } = datasetShape(dataset);
  return {
    ...rest,
    id: { ...id, version: currentVersion },
    createdAt: updatedAt,
    version: currentVersion,
    lifecycleState: rest.lastLifecycleState,
    createdByRun: null,
  };
}

const states: Readonly<Record<string, string>> = {
  START: 'RUNNING',
  RUNNING: 'RUNNING',
  COMPLETE: 'COMPLETED',
  ABORT: 'ABORTED',
  FAIL: 'FAILED',
};

export function runShape(run: KnownRun) {
  const { runId, job, facets, state, startedAt = null, endedAt = null } = run;
  const durationMs = startedAt && endedAt ? Math.max(Date.parse(endedAt) - Date.parse(startedAt), 0) : null;
  return {
    id: runId,
    createdAt: run.firstEventTime,
    updatedAt: run.lastEventTime,
    nominalStartTime: textOf(facets, 'nominalTime', 'nominalStartTime') ?? null,
    nominalEndTime: textOf(facets, 'nominalTime', 'nominalEndTime') ?? null,
    state: states[state] ?? (startedAt ? 'RUNNING' : 'NEW'),
    startedAt,
    endedAt,
    durationMs,
    args: {},
    jobVersion: { namespace: job.namespace, name: job.name, version: versionOf([job.namespace, job.name]) },
    inputVersions: Object.values(run.inputs).map(versionedName),
    outputVersions: Object.values(run.outputs).map(versionedName),
    facets: facetsShape(facets),
  };
}

export function searchShape(kind: 'job' | 'dataset', known: DatasetName & { lastSeen: string }) {
  const { namespace, name, lastSeen } = known;
  return { type: kind.toUpperCase(), name, updatedAt: lastSeen, namespace, nodeId: nodeIdOf(kind, known) };
}

export function facetsShape(facets: KnownFacets): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facets).flatMap(([key, { value, isDeleted }]) => (isDeleted ? [] : [[key, value]])),
  );
}

export function fieldsOf(facets: KnownFacets) {
  return itemsOf(facets.schema?.value.fields).map(({ name, type, description }) => ({
    name: typeof name === 'string' ? name : '',
    type: typeof type === 'string' ? type : null,
    tags: [],
    description: typeof description === 'string' ? description : null,
  }));
}

export function nameOf({ namespace, name }: DatasetName): DatasetName {
  return { namespace, name };
}

function jobType(facets: KnownFacets): string {
  const stated = textOf(facets, 'jobType', 'processingType')?.toUpperCase();
  if (stated === 'STREAMING') return 'STREAM';
  return stated === 'SERVICE' ? 'SERVICE' : 'BATCH';
}

function tagsOf(facets: KnownFacets): string[] {
  return itemsOf(facets.tags?.value.tags).flatMap(({ key }) => (typeof key === 'string' ? [key] : []));
}

function textOf(facets: KnownFacets, facet: string, member: string): string | undefined {
  const value = facets[facet]?.value[member];
  return typeof value === 'string' ? value : undefined;
}

function itemsOf(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).filter(
    (item): item is Record<string, unknown> => typeof item === 'object' && item !== null,
  );
}

function versionedName({ namespace, name }: DatasetName) {
  return { namespace, name, version: versionOf([namespace, name]) };
}

function datasetVersion({ namespace, name, facets }: KnownDataset): string {
  return versionOf([namespace, name, facets.schema?.value ?? null]);
}

/** The same content is the same version. */
function versionOf(content: unknown): string {
  const hex = hash('sha256', JSON.stringify(content), 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
