/** Injection tokens of what `bootstrap` gives to every module; classes are their own token. */

/** The checked environment: `RuntimeEnvironment` and the variables of the app's own schema. */
export const ENVIRONMENT = Symbol('idaemon:environment');
/** `Log`. */
export const LOG = Symbol('idaemon:log');
/** `Metrics` of the process. */
export const METRICS = Symbol('idaemon:metrics');
/** `AbortSignal`: aborts when the process begins to stop. Loops and waits of the app end on it. */
export const SHUTDOWN = Symbol('idaemon:shutdown');
