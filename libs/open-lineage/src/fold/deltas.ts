import { isObject } from '../body-guards.js';
import { entityKey, runKey } from '../entity-key.js';
import type { DatasetName, JobName, ReadEvent } from '../event.js';
import { facetsAt, mergeFacets } from './facets.js';
import type { Delta, KnownDataset, KnownFacets, KnownJob, KnownRun, KnownUse, KnownUses } from './known.js';
import { isEnded, mergeUses } from './merge.js';
import { jobOf, parentOf } from './parent.js';

/** What one event says of its job, its run and its datasets; a dataset that it names twice comes twice. Never throws. */
export function deltasOf(event: ReadEvent): Delta[] {
  if (event.dataset) return [datasetDelta(event, event.event.dataset, isAnyFacet)];
  const deltas: Delta[] = [];
  if (event.job) {
    const { namespace, name } = event.job;
    deltas.push({ kind: 'job', key: entityKey(namespace, name), known: knownJob(event, event.job) });
    if (event.runId !== undefined) {
      deltas.push({ kind: 'run', key: runKey(event.runId), known: knownRun(event, event.runId, event.job) });
    }
  }
  for (const item of datasetsIn(event.event.inputs)) deltas.push(datasetDelta(event, item, isFacetOfDataset));
  for (const item of datasetsIn(event.event.outputs))
    deltas.push(datasetDelta(event, item, isFacetOfDataset));
  return deltas;
}

function knownJob(event: ReadEvent, { namespace, name }: JobName): KnownJob {
  const { instant, event: given } = event;
  const { parent, root } = parentOf(given.run?.facets);
  const isOther = (job: JobName | undefined) => job && (job.namespace !== namespace || job.name !== name);
  return {
    namespace,
    name,
    facets: facetsAt(instant, given.job?.facets),
    ...(parent && isOther(parent) ? { parent: { time: instant, ...jobOf(parent) } } : {}),
    ...(root && isOther(root) ? { root: { time: instant, ...jobOf(root) } } : {}),
    ...(event.kind === 'job' ? staticUses(event) : {}),
    firstSeen: instant,
    lastSeen: instant,
  };
}

function knownRun(event: ReadEvent, runId: string, job: JobName): KnownRun {
  const { instant, event: given, eventType: state = 'OTHER' } = event;
  const { parent, root } = parentOf(given.run?.facets);
  return {
    runId,
    job: { time: instant, namespace: job.namespace, name: job.name },
    facets: facetsAt(instant, given.run?.facets),
    state,
    stateTime: instant,
    ...(state === 'START' ? { startedAt: instant } : {}),
    ...(isEnded(state) ? { endedAt: instant } : {}),
    firstEventTime: instant,
    lastEventTime: instant,
    ...(parent ? { parentRun: { time: instant, ...parent } } : {}),
    ...(root ? { rootRun: { time: instant, ...root } } : {}),
    inputs: usesOf(event, 'inputs'),
    outputs: usesOf(event, 'outputs'),
  };
}

/** An absent list says nothing; an empty one says that there is none. */
function staticUses(event: ReadEvent): Pick<KnownJob, 'staticInputs' | 'staticOutputs'> {
  const { instant: time, event: given } = event;
  return {
    ...(given.inputs ? { staticInputs: { time, datasets: usesOf(event, 'inputs') } } : {}),
    ...(given.outputs ? { staticOutputs: { time, datasets: usesOf(event, 'outputs') } } : {}),
  };
}

function usesOf({ instant, event }: ReadEvent, side: 'inputs' | 'outputs'): KnownUses {
  const uses: KnownUses = {};
  const own = side === 'inputs' ? 'inputFacets' : 'outputFacets';
  for (const item of datasetsIn(event[side])) {
    const { namespace, name } = item;
    const key = entityKey(namespace, name);
    const use: KnownUse = {
      namespace,
      name,
      lastSeen: instant,
      facets: mergeFacets(facetsAt(instant, item[own]), facetsAt(instant, item.facets, isFacetOfUse)),
    };
    uses[key] = uses[key] ? mergeUses({ [key]: uses[key] }, { [key]: use })[key]! : use;
  }
  return uses;
}

function datasetDelta(
  { instant }: ReadEvent,
  item: DatasetItem | null | undefined,
  isWanted: (key: string) => boolean,
): Delta {
  const { namespace = '', name = '' } = item ?? {};
  const facets = facetsAt(instant, item?.facets, isWanted);
  const known: KnownDataset = {
    namespace,
    name,
    facets,
    formerNames: formerNames(instant, facets),
    firstSeen: instant,
    lastSeen: instant,
  };
  return { kind: 'dataset', key: entityKey(namespace, name), known };
}

/** Kept apart from the facet: the next change of the dataset replaces that. */
function formerNames(time: string, { lifecycleStateChange }: KnownFacets): KnownDataset['formerNames'] {
  const { lifecycleStateChange: change, previousIdentifier: previous } = lifecycleStateChange?.value ?? {};
  if (change !== 'RENAME' || !isObject(previous)) return {};
  const { namespace, name } = previous;
  if (typeof namespace !== 'string' || typeof name !== 'string') return {};
  return { [entityKey(namespace, name)]: { time, namespace, name } };
}

interface DatasetItem extends DatasetName {
  facets?: unknown;
  inputFacets?: unknown;
  outputFacets?: unknown;
}

function datasetsIn(list: readonly (DatasetItem | null)[] | null | undefined): DatasetItem[] {
  return list?.filter((item): item is DatasetItem => item !== null) ?? [];
}

function isFacetOfUse(key: string): boolean {
  return key === 'columnLineage' || key === 'lineage';
}

function isFacetOfDataset(key: string): boolean {
  return !isFacetOfUse(key);
}

function isAnyFacet(): boolean {
  return true;
}
