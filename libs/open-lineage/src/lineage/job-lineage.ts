import { isObject } from '../body-guards.js';
import { entityKey } from '../entity-key.js';
import type { DatasetName } from '../event.js';
import type { KnownJob, KnownRun, KnownUse, KnownUses } from '../fold/known.js';
import { mergeUses } from '../fold/merge.js';
import { distinct, fieldLinksInto, linksOfLineage, type FieldLink } from './field-links.js';

/** What a job reads and writes as far as is known now. */
export interface JobLineage {
  inputs: KnownUses;
  outputs: KnownUses;
  fieldLinks: FieldLink[];
}

/**
 * What the job declares by job events and what its current run did: its run with the greatest (state is COMPLETE,
 * lastEventTime, runId) among those that have inputs or outputs. The job's facet `lineage` beats `columnLineage` for the
 * datasets that it names.
 */
export function lineageOf(job: KnownJob, currentRun?: KnownRun): JobLineage {
  const { inputs, outputs } = currentRun ? usesOfRun(job, currentRun) : { inputs: {}, outputs: {} };
  const allInputs = mergeUses(job.staticInputs?.datasets ?? {}, inputs);
  const allOutputs = mergeUses(job.staticOutputs?.datasets ?? {}, outputs);
  return { inputs: allInputs, outputs: allOutputs, fieldLinks: fieldLinksOf(job, allOutputs) };
}

function fieldLinksOf(job: KnownJob, outputs: KnownUses): FieldLink[] {
  const stated = new Map<string, FieldLink[]>();
  for (const { target, value } of lineageEntries(job)) {
    const key = entityKey(target.namespace, target.name);
    stated.set(key, [...(stated.get(key) ?? []), ...linksOfLineage(target, value)]);
  }
  const observed = Object.entries(outputs)
    .filter(([key]) => !stated.has(key))
    .flatMap(([, use]) => fieldLinksInto(use, use.facets));
  return distinct([...observed, ...[...stated.values()].flat()].filter(isOfFields));
}

function* lineageEntries({
  facets,
}: KnownJob): Generator<{ target: DatasetName; value: Record<string, unknown> }> {
  const entries: unknown = facets.lineage?.value.entries;
  if (!Array.isArray(entries)) return;
  for (const value of entries as unknown[]) {
    if (!isObject(value) || value.type === 'JOB') continue;
    const { namespace, name } = value;
    if (typeof namespace === 'string' && typeof name === 'string')
      yield { target: { namespace, name }, value };
  }
}

/** From dataset to dataset is what inputs and outputs say already. */
function isOfFields({ from, to }: FieldLink): boolean {
  return from.field !== undefined || to.field !== undefined;
}

/** Where each event is the whole truth, only the newest counts; else all events of the run do. */
function usesOfRun(job: KnownJob, { inputs, outputs }: KnownRun): Pick<KnownRun, 'inputs' | 'outputs'> {
  const pattern = job.facets.jobType?.value.emissionPattern;
  if (!isObject(pattern) || pattern.eventContentMode !== 'COMPLETE_SNAPSHOT') return { inputs, outputs };
  const uses: KnownUse[] = [...Object.values(inputs), ...Object.values(outputs)];
  const newest = uses.reduce((time, use) => (use.lastSeen > time ? use.lastSeen : time), '');
  return { inputs: seenAt(newest, inputs), outputs: seenAt(newest, outputs) };
}

function seenAt(time: string, uses: KnownUses): KnownUses {
  return Object.fromEntries(Object.entries(uses).filter(([, use]) => use.lastSeen === time));
}
