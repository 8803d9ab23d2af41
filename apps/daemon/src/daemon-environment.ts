import { postgresUrl } from '@idaemon/service-runtime';
import { z } from 'zod';

/** The variables that only the daemon reads; retention and leases beside their users. */
export const daemonEnvironment = z.object({
  IDAEMON_POSTGRES_URL: postgresUrl,
  IDAEMON_POSTGRES_POOL: z.coerce
    .number('is not a number')
    .int('is not a whole number')
    .min(2)
    .max(200)
    .default(10)
    .describe('how many connections to Postgres this process may hold, 2 to 200 (default 10)'),
  IDAEMON_TOKEN: z
    .string()
    .min(16, 'is too short')
    .max(500)
    .regex(/^[\x21-\x7e]+$/, 'holds characters that do not fit into an HTTP header')
    .optional()
    .describe(
      "the first administrator's token, at least 16 characters (default: one is made at the first start)",
    ),
});
export type DaemonEnvironment = z.output<typeof daemonEnvironment>;
