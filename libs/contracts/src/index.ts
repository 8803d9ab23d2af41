export * from './errors.js';
export * from './element.js';
export { canonicalJson, contentHash } from './content-hash.js';
export * from './services.js';
export * from './configuration.js';
export * from './run.js';
export * from './status.js';
export * from './problem.js';
export * from './messages.js';
