export { GatewayClient } from './gateway-client.js';
export type { GatewayClientOptions, RunBegin } from './gateway-requests.js';
export { MetadataSession } from './metadata-session.js';
export { isTransient, retrying } from './retry.js';
export type { RetryOptions } from './retry.js';
export type { Stall } from './stalls.js';
