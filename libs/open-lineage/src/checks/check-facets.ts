import { isObject, pointerToken } from '../body-guards.js';
import { maxProblems } from '../malformed-event.error.js';
import type { CheckedIssue, CheckOptions } from './check-event.js';
import type { FacetSchema } from './facet-schema.js';
import { issuesOf } from './issues-of.js';
import { fields, flag, uri } from './pieces.js';
import { standardFacets, type FacetScope } from './standard-facets.js';

const origin = { _producer: uri, _schemaURL: uri };
const anyFacet = fields(origin);
const removableFacet = fields({ ...origin, _deleted: flag.optional() });
const schemas = new Map<FacetSchema, ReturnType<typeof fields>>();

/** Issues of the facets of one thing. */
export function checkFacets(
  facets: unknown,
  scope: FacetScope,
  pointer: string,
  options: CheckOptions,
): CheckedIssue[] {
  const issues: CheckedIssue[] = [];
  if (!isObject(facets)) return issues;
  for (const [key, facet] of Object.entries(facets)) {
    if (issues.length >= maxProblems) break;
    issues.push(...checkFacet(key, facet, scope, `${pointer}/${pointerToken(key)}`, options));
  }
  return issues;
}

function checkFacet(
  key: string,
  facet: unknown,
  scope: FacetScope,
  pointer: string,
  options: CheckOptions,
): CheckedIssue[] {
  if (facet === null && options.mode === 'lenient') return [];
  const known = Object.hasOwn(standardFacets[scope], key) ? standardFacets[scope][key] : undefined;
  const isDeleted = isObject(facet) && facet._deleted === true;
  if (!known || isDeleted) return issuesOf(isDeleted ? removableFacet : anyFacet, facet, pointer, options);
  const age = compareVersions(versionIn(facet), known.version);
  if (age === 'other-model') return issuesOf(anyFacet, facet, pointer, options);
  const issues = issuesOf(schemaOf(known), facet, pointer, options);
  if (age !== 'newer-revision') return issues;
  return [...issues, newerRevision(`${pointer}/_schemaURL`, known)];
}

function schemaOf(known: FacetSchema): ReturnType<typeof fields> {
  const made = schemas.get(known) ?? fields({ ...origin, _deleted: flag.optional(), ...known.has });
  schemas.set(known, made);
  return made;
}

/** Undefined where the URL is of the core schema or of the sender: then the newest that is known is meant. */
function versionIn(facet: unknown): string | undefined {
  const url = isObject(facet) ? facet._schemaURL : undefined;
  if (typeof url !== 'string' || url.includes('/OpenLineage.json')) return undefined;
  return /\/(\d{1,4}-\d{1,4}-\d{1,4})\//.exec(url)?.[1];
}

type Age = 'known' | 'newer-revision' | 'other-model';

function compareVersions(given: string | undefined, known: string): Age {
  if (given === undefined) return 'known';
  const [model = 0, revision = 0] = given.split('-').map(Number);
  const [knownModel = 0, knownRevision = 0] = known.split('-').map(Number);
  if (model !== knownModel) return 'other-model';
  return revision > knownRevision ? 'newer-revision' : 'known';
}

function newerRevision(pointer: string, { version }: FacetSchema): CheckedIssue {
  return {
    pointer,
    keyword: 'version',
    message: `A newer revision than ${version}, checked by that one.`,
    severity: 'warning',
  };
}
