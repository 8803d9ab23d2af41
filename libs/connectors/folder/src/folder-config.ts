import { normalize } from 'node:path';
import { z } from 'zod';

const Glob = z
  .string()
  .min(1)
  .refine((glob) => !glob.startsWith('/'), 'is relative to path: write it without a leading /');

export const FolderConfig = z.object({
  path: z
    .string()
    .refine((path) => path.startsWith('/'), 'must be an absolute path, such as /data/landing')
    .refine((path) => !path.includes('\0'), 'must not contain NUL characters')
    .transform((path) => normalize(path).replace(/(?<=.)\/+$/, ''))
    .describe('The folder to catalogue with all below it, as the integrator sees it: an absolute path.'),
  include: z
    .array(Glob)
    .default([])
    .describe(
      'Globs of the files to take, relative to path, e.g. **/*.csv; none: all. Folders then appear when they hold one.',
    ),
  exclude: z
    .array(Glob)
    .default([])
    .describe(
      'Globs of files and folders to leave out, relative to path; of a folder all below it goes too.',
    ),
  hidden: z.boolean().default(false).describe('Also takes files and folders whose name begins with a dot.'),
  followSymlinks: z
    .boolean()
    .default(false)
    .describe(
      'Also takes what symbolic links lead to, under the path of the link; default: links are left out.',
    ),
  host: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Name of the machine or share in qualified names; default: the host name of the integrator. Set it where that changes (containers, several replicas).',
    ),
  namespaces: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'OpenLineage namespaces in which jobs name these files; default: file://<host>. Add file for jobs that run on this host alone.',
    ),
  columns: z.boolean().default(true).describe('Catalogues the columns of CSV and Parquet files.'),
  lineCountMaxBytes: z
    .number()
    .int()
    .min(0)
    .max(64 * 1024 * 1024)
    .default(256 * 1024)
    .describe('Lines are counted in text files up to this size in bytes; 0: never.'),
  watch: z
    .boolean()
    .default(true)
    .describe('Notices single changes at once, besides the refreshes; one watch for each folder.'),
});
export type FolderConfig = z.output<typeof FolderConfig>;
