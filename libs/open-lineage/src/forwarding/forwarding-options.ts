import { z } from 'zod';
import { eventTypes } from '../event.js';

const patterns = (what: string) => z.array(z.string().min(1)).optional().describe(what);

const match = z
  .strictObject({
    kinds: z
      .array(z.enum(['run', 'job', 'dataset']))
      .optional()
      .describe('Kinds of events.'),
    eventTypes: z.array(z.enum(eventTypes)).optional().describe('Types of run events; others do not fit.'),
    producers: patterns('Producers.'),
    jobNamespaces: patterns('Namespaces of the job.'),
    jobNames: patterns('Names of the job.'),
    datasetNamespaces: patterns('Namespaces of any dataset that the event names.'),
    namespaces: patterns('Namespaces of the job or any dataset.'),
    facets: patterns('Keys of facets that the event has.'),
  })
  .default({})
  .describe(
    'Only events that fit all that is given, one of each list; `*` stands for any characters. Default: all events.',
  );

const transform = z
  .strictObject({
    dropFacets: patterns('Keys of facets that are left out.'),
    redactFacets: patterns('Keys of facets whose texts become `[redacted]` and whose numbers become 0.'),
    renameNamespaces: z
      .array(z.strictObject({ from: z.string().min(1), to: z.string().min(1) }))
      .optional()
      .describe('Namespaces of jobs and datasets; a `*` in `to` is what the `*` in `from` stood for.'),
  })
  .default({})
  .describe('What is changed of an event before it is passed on; default: nothing, byte for byte.');

const from = z
  .enum(['oldest', 'now'])
  .default('oldest')
  .describe('Where a new connector begins: with the oldest event that is kept, or with what is to come.');

/** What each connector that passes events on takes: spread it into its `config`. */
export const forwardingOptions = { match, transform, from };
