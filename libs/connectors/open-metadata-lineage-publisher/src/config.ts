import { z } from 'zod';

export const publisherConfig = z.object({
  namespace: z
    .string()
    .min(1)
    .default('open-metadata')
    .describe(
      'Namespace of jobs whose process has no OpenLineage name of its own; their name is the qualified name.',
    ),
  publish: z
    .array(z.enum(['jobs', 'runs', 'datasets']))
    .min(1)
    .default(['jobs', 'runs', 'datasets'])
    .describe('Which elements leave: processes, their instances, data with an OpenLineage name.'),
  sources: z
    .array(z.string().min(1))
    .optional()
    .describe('Qualified names of the metadata sources whose elements leave; default: all.'),
  excludeSources: z
    .array(z.string().min(1))
    .default([])
    .describe('Sources whose elements and flows never leave, beside what OpenLineage events have told.'),
  sourceCode: z
    .boolean()
    .default(true)
    .describe('SQL and formulas of processes. Switch it off where they may hold secrets.'),
  from: z
    .enum(['everything', 'now'])
    .default('everything')
    .describe('Where a new connector begins: with all that there is, or with what is to come.'),
});

export type PublisherConfig = z.output<typeof publisherConfig>;
