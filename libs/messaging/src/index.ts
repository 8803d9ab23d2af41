export { Messaging, NoAnswerError } from './messaging.js';
export type {
  MessagingEvent,
  MessagingOptions,
  RequestOptions,
  RespondOptions,
  UnavailableReason,
} from './messaging.js';
export type { SubjectParameters } from './subject.js';
