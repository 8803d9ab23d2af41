export { describeConnector } from './describe-connector.js';
export { notPossible } from './connector-hooks.js';
export type { ConnectorHooks, Hook, NotPossible } from './connector-hooks.js';
export { FakeOpenMetadata } from './fake-open-metadata.js';
export type { StoredElement } from './fake-open-metadata.js';
export { FakeSession } from './fake-session.js';
export type { SessionReport } from './fake-session.js';
export { startConnector } from './running-connector.js';
export type { Engagement, LogEntry, RunningConnector, StartOptions } from './running-connector.js';
