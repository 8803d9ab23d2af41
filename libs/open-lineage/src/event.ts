/** OpenLineage's events, as senders write them: everything beyond identity and kind may be missing or wrong. */

export type EventKind = 'run' | 'job' | 'dataset';

export const eventTypes = ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] as const;
export type EventType = (typeof eventTypes)[number];

/** Facets by their key, an opaque string with dots and dashes. Senders leave `null` where they know nothing. */
export type EventFacets = Record<string, unknown>;

export interface JobName {
  namespace: string;
  name: string;
}

export interface DatasetName {
  namespace: string;
  name: string;
}

export interface EventRun {
  runId: string;
  facets?: EventFacets | null;
}

export interface EventJob extends JobName {
  facets?: EventFacets | null;
}

export interface EventDataset extends DatasetName {
  facets?: EventFacets | null;
  inputFacets?: EventFacets | null;
  outputFacets?: EventFacets | null;
}

/** A parsed event; numbers beyond 2^53 are rounded here, so what is forwarded is always the original bytes. */
export interface OpenLineageEvent {
  eventTime: string;
  producer?: string;
  schemaURL?: string;
  eventType?: string | null;
  run?: EventRun | null;
  job?: EventJob | null;
  dataset?: EventDataset | null;
  inputs?: (EventDataset | null)[] | null;
  outputs?: (EventDataset | null)[] | null;
  [property: string]: unknown;
}

/** What an event is about, read without judging its facets. */
export interface ReadEvent {
  kind: EventKind;
  event: OpenLineageEvent;
  /** Events of one key keep their order: `run:<runId>`, `job:<namespace>/<name>`, `dataset:<namespace>/<name>`. */
  orderingKey: string;
  /** Each namespace that the event names by its job, inputs, outputs and dataset, once. */
  namespaces: string[];
  /** As the sender wrote it. */
  eventTime: string;
  /** UTC with nine digits of fraction: two of them compare as texts do. */
  instant: string;
  /** Of run events; OTHER where the sender gave none or an unknown one. */
  eventType?: EventType;
  runId?: string;
  job?: JobName;
  dataset?: DatasetName;
  /** What is odd but does not keep the event from being taken; at most 20. */
  issues: EventIssue[];
}

/** Something that is wrong with an event, or only odd. Names the place by a JSON Pointer, never the value. */
export interface EventIssue {
  pointer: string;
  /** Of JSON schema where there is one (`required`, `type`, `format`, `enum`), else our own. */
  keyword: string;
  message: string;
}
