import { isObject } from '../body-guards.js';
import type { EventFacets, JobName } from '../event.js';

export interface ParentRun extends JobName {
  runId: string;
}

/** The run that started this one, and the first of the chain. Airflow once called the facet `parentRun`. */
export function parentOf(facets: EventFacets | null | undefined): { parent?: ParentRun; root?: ParentRun } {
  if (!isObject(facets)) return {};
  const facet = facets.parent ?? facets.parentRun;
  if (!isObject(facet) || facet._deleted === true) return {};
  const parent = runIn(facet);
  const root = runIn(facet.root);
  return { ...(parent ? { parent } : {}), ...(root ? { root } : {}) };
}

export function jobOf({ namespace, name }: ParentRun): JobName {
  return { namespace, name };
}

function runIn(value: unknown): ParentRun | undefined {
  if (!isObject(value) || !isObject(value.run) || !isObject(value.job)) return undefined;
  const { runId } = value.run;
  const { namespace, name } = value.job;
  if (typeof runId !== 'string' || typeof namespace !== 'string' || typeof name !== 'string')
    return undefined;
  return { runId, namespace, name };
}
