export * from './event.js';
export { MalformedEventError } from './malformed-event.error.js';
export { eventMatcher, type EventMatch } from './event-match.js';
export { readEvent } from './read-event.js';
export { cutBatch, type CutOptions, type Slice } from './cut-batch.js';
export { eventIdOf, stableHash, streamOf } from './event-id.js';
export { entityKey, runKey } from './entity-key.js';
export { compareEventTimes, instantOf } from './event-time.js';
export type * from './fold/known.js';
