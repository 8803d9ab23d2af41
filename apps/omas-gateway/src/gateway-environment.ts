import { GatewayDocument, ResourceName } from '@idaemon/contracts';
import { duration, postgresUrl, wholeNumber, type RuntimeEnvironment } from '@idaemon/service-runtime';
import { z } from 'zod';

/** The variables that only a gateway reads. Times that are kept: design §2, promise 5. */
export const gatewayEnvironment = z.object({
  IDAEMON_GATEWAY: ResourceName.default('default').describe(
    'the name of the gateway that this process is a replica of: a-z, 0-9 and - (default "default")',
  ),
  IDAEMON_POSTGRES_URL: postgresUrl,
  IDAEMON_POSTGRES_SCHEMA: GatewayDocument.shape.schema.describe(
    'a Postgres schema of its own for each gateway (default open_metadata)',
  ),
  IDAEMON_POSTGRES_POOL: wholeNumber(10, 4, 100).describe('connections to Postgres, 4 to 100 (default 10)'),
  IDAEMON_MAX_SESSIONS: wholeNumber(32, 1, 1000).describe(
    'sync sessions at once in this process, 1 to 1000 (default 32)',
  ),
  IDAEMON_KEEP_VERSIONS: wholeNumber(20, 0, 10_000).describe(
    'superseded versions kept of each element, 0 to 10000 (default 20)',
  ),
  IDAEMON_KEEP_CHANGES: duration('7d').describe('how long the change feed is kept, e.g. 7d (the default)'),
  IDAEMON_KEEP_CHANGES_ROWS: wholeNumber(10_000_000, 1000, 1_000_000_000).describe(
    'the most rows of the change feed, 1000 to 1000000000 (default 10000000)',
  ),
  IDAEMON_KEEP_REMOVED: duration('90d').describe(
    'how long the versions of removed elements are kept, e.g. 90d (the default)',
  ),
  IDAEMON_KEEP_RUNS: duration('30d').describe('how long run reports are kept, e.g. 30d (the default)'),
  IDAEMON_KEEP_DEAD_LETTERS: duration('90d').describe(
    'how long dead letters are kept, e.g. 90d (the default)',
  ),
});
export type GatewayEnvironment = RuntimeEnvironment & z.output<typeof gatewayEnvironment>;
