import type { EventKind, EventType, ReadEvent } from './event.js';
import { namePattern } from './name-pattern.js';

/**
 * Which events are meant: all that is given must fit. Texts are patterns of the whole name in which `*` stands for any
 * characters; one of a list is enough.
 */
export interface EventMatch {
  kinds?: readonly EventKind[];
  /** Of run events; others do not fit. */
  eventTypes?: readonly EventType[];
  /** Name of a run's id, exactly. */
  runIds?: readonly string[];
  producers?: readonly string[];
  jobNamespaces?: readonly string[];
  jobNames?: readonly string[];
  /** Of any dataset that the event names. */
  datasetNamespaces?: readonly string[];
  /** Of the job or any dataset. */
  namespaces?: readonly string[];
  /** Keys of facets, of the run, the job or any dataset. */
  facets?: readonly string[];
}

/** Whether an event fits. The patterns are compiled once. */
export function eventMatcher(match: EventMatch): (event: ReadEvent) => boolean {
  const tests = [
    given(match.kinds, (kinds) => (event) => kinds.includes(event.kind)),
    given(
      match.eventTypes,
      (types) => (event) => event.eventType !== undefined && types.includes(event.eventType),
    ),
    given(match.runIds, (ids) => (event) => event.runId !== undefined && ids.includes(event.runId)),
    named(match.producers, ({ event }) => [event.producer]),
    named(match.jobNamespaces, ({ job }) => [job?.namespace]),
    named(match.jobNames, ({ job }) => [job?.name]),
    named(match.datasetNamespaces, (event) => datasetsOf(event).map(({ namespace }) => namespace)),
    named(match.namespaces, ({ namespaces }) => namespaces),
    named(match.facets, facetKeysOf),
  ].filter((test) => test !== undefined);
  return (event) => tests.every((test) => test(event));
}

type Test = (event: ReadEvent) => boolean;

function given<T>(list: readonly T[] | undefined, test: (list: readonly T[]) => Test): Test | undefined {
  return list === undefined || list.length === 0 ? undefined : test(list);
}

function named(
  patterns: readonly string[] | undefined,
  namesOf: (event: ReadEvent) => readonly unknown[],
): Test | undefined {
  return given(patterns, (list) => {
    const expressions = list.map(namePattern);
    return (event) =>
      namesOf(event).some(
        (name) => typeof name === 'string' && expressions.some((expression) => expression.test(name)),
      );
  });
}

function datasetsOf({ event, dataset }: ReadEvent) {
  const used = [...(event.inputs ?? []), ...(event.outputs ?? [])].filter((one) => one !== null);
  return dataset ? [...used, dataset] : used;
}

function facetKeysOf({ event }: ReadEvent): string[] {
  const { run, job, dataset, inputs, outputs } = event;
  const used = [...(inputs ?? []), ...(outputs ?? [])].flatMap((one) => [
    one?.facets,
    one?.inputFacets,
    one?.outputFacets,
  ]);
  return [run?.facets, job?.facets, dataset?.facets, ...used].flatMap((facets) => Object.keys(facets ?? {}));
}
