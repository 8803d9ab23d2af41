import { z } from 'zod';
import type { FacetSchema } from './facet-schema.js';
import {
  documentation,
  fields,
  integer,
  list,
  mapOf,
  owner,
  tag,
  text,
  transformation,
  uri,
} from './pieces.js';

const lineageInput = fields({
  namespace: text.optional(),
  name: text.optional(),
  type: text,
  field: text.optional(),
  runId: text.optional(),
  transformations: list(transformation).optional(),
}).refine(isNamedWholly, 'A namespace needs a name and a name a namespace.');

const lineageFields = mapOf(fields({ inputs: list(lineageInput) }));

/** A job without namespace and name is the event's own. */
const lineageTarget = fields({
  namespace: text.optional(),
  name: text.optional(),
  type: z.enum(['DATASET', 'JOB']),
  runId: text.optional(),
  inputs: list(lineageInput).optional(),
  fields: lineageFields.optional(),
}).refine(isNamedWholly, 'A namespace needs a name and a name a namespace.');

function isNamedWholly({ namespace, name }: { namespace?: string; name?: string }): boolean {
  return (namespace === undefined) === (name === undefined);
}

export const datasetLineage = { inputs: list(lineageInput).optional(), fields: lineageFields.optional() };

export const jobFacets = {
  sql: { version: '1-1-0', has: { query: text, dialect: text.optional() } },
  sourceCode: { version: '1-0-1', has: { language: text, sourceCode: text } },
  sourceCodeLocation: {
    version: '1-1-0',
    has: {
      type: text,
      url: uri,
      repoUrl: text.optional(),
      path: text.optional(),
      version: text.optional(),
      tag: text.optional(),
      branch: text.optional(),
      pullRequestNumber: text.optional(),
    },
  },
  jobType: {
    version: '2-0-4',
    has: {
      processingType: text,
      integration: text,
      jobType: text.optional(),
      emissionPattern: fields({
        eventTrigger: text,
        eventContentMode: text,
        windowDuration: integer.optional(),
      }).optional(),
    },
  },
  ownership: { version: '1-0-1', has: { owners: list(owner).optional() } },
  documentation: { version: '1-1-0', has: documentation },
  tags: { version: '1-0-0', has: { tags: list(tag).optional() } },
  lineage: { version: '1-0-0', has: { entries: list(lineageTarget) } },
  gcp_composer_job: {
    version: '1-0-0',
    has: { environmentName: text, dagId: text, airflowVersion: text, composerVersion: text },
  },
  gcp_lineage: { version: '1-0-0', has: { displayName: text.optional() } },
} satisfies Record<string, FacetSchema>;
