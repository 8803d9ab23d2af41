import { duration, postgresUrl, wholeNumber, type RuntimeEnvironment } from '@idaemon/service-runtime';
import { z } from 'zod';

const mebibyte = 1024 * 1024;

/** The variables that only the lineage intake reads. */
export const lineageEnvironment = z.object({
  IDAEMON_POSTGRES_URL: postgresUrl,
  IDAEMON_POSTGRES_POOL: wholeNumber(8, 3, 100).describe('connections to Postgres, 3 to 100 (default 8)'),
  IDAEMON_LINEAGE_SENDERS: z
    .enum(['known', 'any'])
    .optional()
    .describe(
      'known: events are taken with a sender key only; any: without a key, too (default any on a loopback address, else known)',
    ),
  IDAEMON_LINEAGE_READERS: z
    .enum(['known', 'any'])
    .default('known')
    .describe(
      'known: what is known is read with a token of the daemon only (the default); any: without a token, too',
    ),
  IDAEMON_LINEAGE_VALIDATION: z
    .enum(['lenient', 'strict'])
    .default('lenient')
    .describe('lenient: what can be told apart is taken (the default); strict: only what fits its schema'),
  IDAEMON_LINEAGE_MAX_BODY: bytes(10, 1, 256).describe(
    'the largest body of a request as it is sent, in MiB, 1 to 256 (default 10)',
  ),
  IDAEMON_LINEAGE_MAX_UNPACKED: bytes(64, 1, 256).describe(
    'the largest body of a request after decompression, in MiB, 1 to 256 (default 64)',
  ),
  IDAEMON_LINEAGE_MAX_IN_FLIGHT: bytes(96, 8, 4096).describe(
    'how much of requests is held at once, in MiB, 8 to 4096 (default 96); what comes on top is answered 503',
  ),
  IDAEMON_LINEAGE_MAX_BATCH: wholeNumber(1_000, 1, 10_000).describe(
    'the most events of one batch, 1 to 10000 (default 1000)',
  ),
  IDAEMON_LINEAGE_WAIT: duration('3s').describe(
    'how long a request waits for Postgres before it is answered 503, e.g. 3s (the default)',
  ),
  IDAEMON_LINEAGE_KEEP_EVENTS: duration('7d').describe('how long events are kept, e.g. 7d (the default)'),
  IDAEMON_LINEAGE_KEEP_BYTES: bytes(20 * 1024, 16, 100 * 1024 * 1024).describe(
    'the largest size of the log, in MiB, 16 to 104857600 (default 20480); the oldest events go first',
  ),
  IDAEMON_LINEAGE_KEEP_RUNS: duration('30d').describe(
    'how long a run is known that nobody hears of, e.g. 30d (the default); its catalogue entry may stay',
  ),
  IDAEMON_LINEAGE_KEEP_RUNS_PER_JOB: wholeNumber(100, 10, 100_000).describe(
    'how many runs of a job are known, 10 to 100000 (default 100); the one with its lineage always is',
  ),
  IDAEMON_LINEAGE_KEEP_DEAD_LETTERS: duration('90d').describe(
    'how long events that were given up are kept, e.g. 90d (the default)',
  ),
});
export type LineageEnvironment = RuntimeEnvironment & z.output<typeof lineageEnvironment>;

/** A number of MiB, as bytes. */
function bytes(byDefault: number, min: number, max: number): z.ZodType<number> {
  return wholeNumber(byDefault, min, max).transform((size) => size * mebibyte);
}
