import { duration, wholeNumber, type RuntimeEnvironment } from '../bootstrap/environment.js';
import { SecretsEnvironment } from '../connector/secrets-environment.js';
import { z } from 'zod';

/** The variables of every integrator, beside those of every app. */
export const IntegratorEnvironment = SecretsEnvironment.extend({
  IDAEMON_MAX_CONCURRENT_REFRESHES: wholeNumber(4, 1, 1_000).describe(
    'how many refreshes an instance does at once, from 1 to 1000 (default 4)',
  ),
  IDAEMON_CONNECT_TIMEOUT: duration('60s').describe(
    'how long a connector may take to connect before it counts as unavailable, e.g. 60s (the default)',
  ),
  IDAEMON_CONNECTORS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .describe('npm packages or paths of further connectors, separated by commas'),
});
export type IntegratorEnvironment = RuntimeEnvironment & z.output<typeof IntegratorEnvironment>;
