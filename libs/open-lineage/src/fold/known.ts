/**
 * What is known of jobs, runs and datasets from events. JSON, and mergeable: `merge` of two is commutative,
 * associative and idempotent, so neither order nor repetition of events matters (docs/decisions).
 * Every time is UTC with nine digits of fraction (`ReadEvent.instant`): they compare as texts.
 */
import type { DatasetName, EventType, JobName } from '../event.js';

/** The newest value of a facet, whole. */
export interface KnownFacet {
  time: string;
  value: Record<string, unknown>;
  /** The sender asked for its removal by `_deleted`; `value` is empty. */
  isDeleted?: true;
  /** A facet of no standard that is too long for the catalogue: `value` has only `_producer` and `_schemaURL`. */
  isOmitted?: true;
}

export type KnownFacets = Record<string, KnownFacet>;

/** A job that another one started, by the `parent` facet of a run; the newest wins. */
export interface KnownParentJob extends JobName {
  time: string;
}

export interface KnownParentRun extends JobName {
  time: string;
  runId: string;
}

/** A dataset as a run or a job uses it. */
export interface KnownUse extends DatasetName {
  lastSeen: string;
  /** `inputFacets` or `outputFacets`, and of the dataset's facets `columnLineage` and `lineage`. */
  facets: KnownFacets;
}

/** By `entityKey` of the dataset. */
export type KnownUses = Record<string, KnownUse>;

/** Inputs or outputs of the newest job event that had the list. */
export interface KnownStaticUses {
  time: string;
  datasets: KnownUses;
}

export interface KnownJob extends JobName {
  facets: KnownFacets;
  parent?: KnownParentJob;
  root?: KnownParentJob;
  staticInputs?: KnownStaticUses;
  staticOutputs?: KnownStaticUses;
  firstSeen: string;
  lastSeen: string;
}

export interface KnownRun {
  runId: string;
  /** By the newest event. */
  job: KnownParentJob;
  facets: KnownFacets;
  /** The greatest of START < OTHER < RUNNING < COMPLETE < ABORT < FAIL. */
  state: EventType;
  /** Of the newest event that had this state. */
  stateTime: string;
  /** Of the first START. */
  startedAt?: string;
  /** `stateTime` of a run that has ended. */
  endedAt?: string;
  firstEventTime: string;
  lastEventTime: string;
  parentRun?: KnownParentRun;
  rootRun?: KnownParentRun;
  inputs: KnownUses;
  outputs: KnownUses;
}

/** An identifier that the dataset had before a RENAME. */
export interface KnownFormerName extends DatasetName {
  time: string;
}

export interface KnownDataset extends DatasetName {
  facets: KnownFacets;
  /** By `entityKey`; the eight newest. */
  formerNames: Record<string, KnownFormerName>;
  firstSeen: string;
  lastSeen: string;
}

/** What one event says of one entity. `key` is `entityKey(namespace, name)`, of a run `runKey(runId)`. */
export type Delta =
  | { kind: 'job'; key: string; known: KnownJob }
  | { kind: 'run'; key: string; known: KnownRun }
  | { kind: 'dataset'; key: string; known: KnownDataset };
