import type { FacetSchema } from './facet-schema.js';
import { anything, dateTime, fields, integer, list, named, parameters, tag, text, uuid } from './pieces.js';

const run = fields({ runId: uuid, facets: anything.optional() });
const dependency = fields({
  job: named,
  run: fields({ runId: uuid }).optional(),
  dependency_type: text.optional(),
  sequence_trigger_rule: text.optional(),
  status_trigger_rule: text.optional(),
});
const parent = { run, job: named };
const failure = {
  errorMessage: text,
  stackTrace: text.optional(),
  task: text.optional(),
  taskNumber: integer.optional(),
};

export const runFacets = {
  nominalTime: { version: '1-0-1', has: { nominalStartTime: dateTime, nominalEndTime: dateTime.optional() } },
  parent: { version: '1-2-0', has: { ...parent, root: fields(parent).optional() } },
  errorMessage: {
    version: '1-0-1',
    has: { message: text, programmingLanguage: text, stackTrace: text.optional() },
  },
  externalQuery: { version: '1-0-2', has: { externalQueryId: text, source: text } },
  extractionError: {
    version: '1-1-2',
    has: { totalTasks: integer, failedTasks: integer, errors: list(fields(failure)) },
  },
  processing_engine: {
    version: '1-1-1',
    has: { version: text, name: text.optional(), openlineageAdapterVersion: text.optional() },
  },
  environmentVariables: {
    version: '1-0-0',
    has: { environmentVariables: list(fields({ name: text, value: text })) },
  },
  executionParameters: {
    version: '1-0-0',
    has: {
      parameters: list(
        fields({
          key: text,
          name: text.optional(),
          description: text.optional(),
          value: anything.optional(),
        }),
      ).optional(),
    },
  },
  jobDependencies: {
    version: '1-0-1',
    has: {
      upstream: list(dependency).optional(),
      downstream: list(dependency).optional(),
      trigger_rule: text.optional(),
    },
  },
  tags: { version: '1-0-0', has: { tags: list(tag).optional() } },
  test: {
    version: '1-0-1',
    has: {
      tests: list(
        fields({
          name: text,
          status: text,
          severity: text.optional(),
          type: text.optional(),
          description: text.optional(),
          expected: text.optional(),
          actual: text.optional(),
          content: text.optional(),
          contentType: text.optional(),
          params: parameters.optional(),
        }),
      ),
    },
  },
  gcp_composer_run: { version: '1-0-0', has: { dagRunId: text } },
  gcp_dataproc: { version: '1-0-0', has: { appId: text, appName: text, projectId: text } },
} satisfies Record<string, FacetSchema>;
