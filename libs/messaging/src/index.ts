export { Messaging } from './messaging.js';
export type {
  Listening,
  MessagingEvent,
  MessagingOptions,
  RequestOptions,
  RespondOptions,
} from './messaging.js';
export { NoAnswerError } from './no-answer-error.js';
export type { UnavailableReason } from './no-answer-error.js';
export type { SubjectParameters } from './subject.js';
