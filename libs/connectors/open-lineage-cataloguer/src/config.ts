import { z } from 'zod';

export const cataloguerConfig = z.object({
  runsPerJob: z
    .int()
    .min(0)
    .max(100)
    .default(10)
    .describe('How many of the newest runs of each job are kept in open metadata; 0: none.'),
  ports: z
    .boolean()
    .default(true)
    .describe('A port for each dataset that a job reads or writes, beside the flow of data.'),
  sourceCode: z
    .boolean()
    .default(true)
    .describe('SQL and source code of jobs. Switch it off where they may hold secrets.'),
});

export type CataloguerConfig = z.output<typeof cataloguerConfig>;
