export { LineageClient, type BatchOutcome, type LineageClientOptions } from './lineage-client.js';
export { DeliveryError } from './delivery.error.js';
export type { FailedEvent } from './batch-answer.js';
export type { SentEvent } from './event-bytes.js';
export { validate, type Validation } from './validate.js';
