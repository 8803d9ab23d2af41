import { z } from 'zod';
import { isObject, pointerToken } from '../body-guards.js';
import { eventTypes, type EventIssue, type OpenLineageEvent } from '../event.js';
import { kindOf } from '../event-kind.js';
import { maxProblems } from '../malformed-event.error.js';
import { checkFacets } from './check-facets.js';
import { issuesOf } from './issues-of.js';
import { dateTime, fields, list, text, uri, uuid } from './pieces.js';

/** An issue with how bad it is: an `error` is what a strict route refuses an event for. */
export interface CheckedIssue extends EventIssue {
  severity: 'error' | 'warning';
}

export interface CheckOptions {
  /** `lenient`: everything is a warning and `null` is absent. `strict`: as the published schemas. */
  mode: 'lenient' | 'strict';
  /** Whether a wrong date, URI or UUID is an error too; official scenarios have some. */
  areFormatsErrors?: boolean;
}

const facets = z.record(z.string(), z.unknown()).optional();
const dataset = { namespace: text, name: text, facets };
const base = { eventTime: dateTime, producer: uri, schemaURL: uri };
const job = fields({ namespace: text, name: text, facets });
const lists = {
  inputs: list(fields({ ...dataset, inputFacets: facets })).optional(),
  outputs: list(fields({ ...dataset, outputFacets: facets })).optional(),
};

const schemas = {
  run: fields({
    ...base,
    eventType: z.enum(eventTypes).optional(),
    run: fields({ runId: uuid, facets }),
    job,
    ...lists,
  }),
  job: fields({ ...base, job, ...lists }),
  dataset: fields({ ...base, dataset: fields(dataset) }),
};

/**
 * All that is odd about an event by the schemas of the standard, core and facets, at most 20. Unknown facets and unknown
 * properties are right. Nothing is ever fetched: the schemas are in this package.
 */
export function checkEvent(
  event: OpenLineageEvent | Record<string, unknown>,
  options: CheckOptions,
): CheckedIssue[] {
  const found = kindOf(event);
  if (!found) return [severe('', 'required', 'An event has a run and a job, a job, or a dataset.')];
  const issues = issuesOf(schemas[found.kind], event, '', options);
  if (found.kind !== 'run' && isPresent(event.job) && isPresent(event.dataset)) {
    issues.push(severe('', 'oneOf', 'It is a job event and a dataset event at once.'));
  }
  for (const part of partsOf(event)) {
    if (issues.length >= maxProblems) break;
    issues.push(...checkFacets(part.facets, part.scope, part.pointer, options));
  }
  return issues.slice(0, maxProblems).map((issue) => (options.mode === 'lenient' ? mild(issue) : issue));
}

interface Part {
  facets: unknown;
  scope: Parameters<typeof checkFacets>[1];
  pointer: string;
}

function* partsOf(event: Record<string, unknown>): Generator<Part> {
  yield* facetsIn(event.run, 'run', '/run');
  yield* facetsIn(event.job, 'job', '/job');
  yield* facetsIn(event.dataset, 'dataset', '/dataset');
  for (const [side, scope] of [['inputs', 'input'] as const, ['outputs', 'output'] as const]) {
    const items: unknown = event[side];
    if (!Array.isArray(items)) continue;
    for (const [index, item] of items.entries()) {
      yield* facetsIn(item, 'dataset', `/${side}/${index}`);
      yield* facetsIn(item, scope, `/${side}/${index}`, `${scope}Facets`);
    }
  }
}

function* facetsIn(
  holder: unknown,
  scope: Part['scope'],
  pointer: string,
  property = 'facets',
): Generator<Part> {
  if (!isObject(holder) || !isObject(holder[property])) return;
  yield { facets: holder[property], scope, pointer: `${pointer}/${pointerToken(property)}` };
}

function severe(pointer: string, keyword: string, message: string): CheckedIssue {
  return { pointer, keyword, message, severity: 'error' };
}

function mild(issue: CheckedIssue): CheckedIssue {
  return { ...issue, severity: 'warning' };
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
