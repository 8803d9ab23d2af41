import { canonicalJson } from '@idaemon/contracts';
import { isObject } from '../body-guards.js';
import { isStandardFacet } from '../checks/standard-facets.js';
import { compareTexts } from '../event-time.js';
import type { KnownFacet, KnownFacets } from './known.js';
import { merged } from './merged.js';

/** A facet of no standard that is longer, as JSON, is known by its key only; the event keeps it whole. */
export const maxOtherFacetLength = 16_384;
/** Of one entity: the newest. More is a sender that makes keys from values. */
export const maxFacets = 256;

/** The facets that one event gives; what is no object is left out. */
export function facetsAt(time: string, given: unknown, isWanted?: (key: string) => boolean): KnownFacets {
  const facets: KnownFacets = {};
  if (!isObject(given)) return facets;
  for (const key of Object.keys(given)) {
    const value = given[key];
    if (isObject(value) && (isWanted === undefined || isWanted(key))) facets[key] = facetAt(time, key, value);
  }
  return newest(facets);
}

export function mergeFacets(a: KnownFacets, b: KnownFacets): KnownFacets {
  return newest(merged(a, b, laterFacet));
}

function facetAt(time: string, key: string, value: Record<string, unknown>): KnownFacet {
  if (value._deleted === true) return { time, value: {}, isDeleted: true };
  if (isStandardFacet(key) || JSON.stringify(value).length <= maxOtherFacetLength) return { time, value };
  return { time, value: originOf(value), isOmitted: true };
}

function originOf({ _producer, _schemaURL }: Record<string, unknown>): Record<string, unknown> {
  return {
    ...(typeof _producer === 'string' ? { _producer: _producer.slice(0, 1_000) } : {}),
    ...(typeof _schemaURL === 'string' ? { _schemaURL: _schemaURL.slice(0, 1_000) } : {}),
  };
}

function laterFacet(a: KnownFacet, b: KnownFacet): KnownFacet {
  if (a.time !== b.time) return a.time > b.time ? a : b;
  return a === b || rank(a) >= rank(b) ? a : b;
}

function rank({ value, isDeleted, isOmitted }: KnownFacet): string {
  return `${isDeleted ? 1 : 0}${isOmitted ? 1 : 0}${canonicalJson(value)}`;
}

/** What falls out here can never come back: only newer values of its key could, and they would come by themselves. */
function newest(facets: KnownFacets): KnownFacets {
  const entries = Object.entries(facets);
  if (entries.length <= maxFacets) return facets;
  entries.sort(([keyA, a], [keyB, b]) => compareTexts(b.time, a.time) || compareTexts(keyB, keyA));
  return Object.fromEntries(entries.slice(0, maxFacets));
}
