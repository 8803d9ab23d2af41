export * from './event.js';
export { MalformedEventError } from './malformed-event.error.js';
export { eventMatcher, type EventMatch } from './event-match.js';
export { eventTransform, type EventTransform } from './forwarding/event-transform.js';
export { openMetadataFacet } from './forwarding/open-metadata-facet.js';
export { forwardingOptions } from './forwarding/forwarding-options.js';
export { readEvent } from './read-event.js';
export { cutBatch, type CutOptions, type Slice } from './cut-batch.js';
export { eventIdOf, stableHash, streamOf } from './event-id.js';
export { entityKey, runKey } from './entity-key.js';
export { compareEventTimes, instantOf } from './event-time.js';
export type * from './fold/known.js';
export { deltasOf } from './fold/deltas.js';
export { isEnded, mergeDataset, mergeJob, mergeRun, mergeUses } from './fold/merge.js';
export { addToFold, emptyFold, foldEvents, type Fold } from './fold/fold.js';
export { checkEvent, type CheckedIssue, type CheckOptions } from './checks/check-event.js';
export { isStandardFacet, type FacetScope } from './checks/standard-facets.js';
export { nameDataset, type DatasetTypeName, type NamedDataset } from './naming/dataset-names.js';
export { locatorsOf, standardSpelling } from './naming/locators.js';
export { nodeIdOf, readNodeId, type NodeId, type NodeKind } from './naming/node-id.js';
export { jobQualifiedName, runQualifiedName } from './naming/process-names.js';
export {
  fieldLinksInto,
  type FieldLink,
  type FieldName,
  type Transformation,
} from './lineage/field-links.js';
export { lineageOf, type JobLineage } from './lineage/job-lineage.js';
