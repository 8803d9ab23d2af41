export { bootstrap } from './bootstrap/bootstrap.js';
export type { AppDescription, HttpDescription } from './bootstrap/app-description.js';
export {
  duration,
  postgresUrl,
  readEnvironment,
  runtimeEnvironment,
  wholeNumber,
} from './bootstrap/environment.js';
export type { RuntimeEnvironment } from './bootstrap/environment.js';
export type { Log } from './bootstrap/log.js';
export { exitCodes, ProcessEnd } from './bootstrap/process-end.js';
export { Readiness } from './bootstrap/readiness.js';
export type { ReadinessCheck } from './bootstrap/readiness.js';
export { Redaction } from './bootstrap/redaction.js';
export { ENVIRONMENT, LOG, METRICS, SHUTDOWN } from './bootstrap/tokens.js';
export { version } from './bootstrap/version.js';
export { consequenceOf, explainFailure } from './connector/explain-failure.js';
export { CONTEXT_EXTENSION } from './connector/context-extension.js';
export type { ContextExtensionProvider, ExtendedInstance } from './connector/context-extension.js';
export { IntegratorEnvironment } from './hosting/integrator-environment.js';
export { IntegrationServiceModule } from './integration-service.module.js';
export type { IntegrationServiceOptions, ServiceModule } from './integration-service.module.js';
export { BackOff } from './schedule/back-off.js';
export { pause, systemClock } from './schedule/clock.js';
export type { Clock } from './schedule/clock.js';
export { Wake } from './schedule/wake.js';
