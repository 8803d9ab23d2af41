import { forwardingOptions } from '@idaemon/open-lineage';
import { z } from 'zod';

export const fileConfig = z.object({
  folder: z.string().min(1).describe('The folder of the log, as the integrator sees it; it must be there.'),
  fileName: z
    .string()
    .regex(/^[\w][\w.-]*$/, 'must be letters, digits, dots, dashes and underscores')
    .optional()
    .describe('Name of the file without its ending; default: the name of the connector.'),
  maxMegabytes: z
    .int()
    .min(1)
    .max(100_000)
    .default(64)
    .describe('A file that is as large begins anew, in MiB.'),
  daily: z.boolean().default(true).describe('A new file for each day of UTC.'),
  keep: z
    .int()
    .min(0)
    .max(100_000)
    .default(30)
    .describe('How many files are kept beside the one that is written; 0: all.'),
  compression: z.enum(['gzip', 'none']).default('gzip').describe('Of the files that are complete.'),
  ...forwardingOptions,
});

export type FileConfig = z.output<typeof fileConfig>;
