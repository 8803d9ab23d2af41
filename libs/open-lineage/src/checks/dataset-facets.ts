import { z } from 'zod';
import type { FacetSchema } from './facet-schema.js';
import { datasetLineage } from './job-facets.js';
import {
  anything,
  documentation,
  fields,
  flag,
  integer,
  list,
  mapOf,
  number,
  owner,
  parameters,
  tag,
  text,
  transformation,
  uri,
} from './pieces.js';

interface Field {
  name: string;
  fields?: Field[];
}
const field: z.ZodType<Field> = z.lazy(() =>
  fields({
    name: text,
    type: text.optional(),
    description: text.optional(),
    ordinal_position: integer.optional(),
    fields: list(field).optional(),
  }),
);

const inputField = fields({
  namespace: text,
  name: text,
  field: text,
  transformations: list(transformation).optional(),
});

const identifier = fields({ namespace: text, name: text });
const count = integer.optional();
const metrics = {
  rowCount: count,
  bytes: count,
  fileCount: count,
  lastUpdated: text.optional(),
  columnMetrics: mapOf(
    fields({
      nullCount: count,
      distinctCount: count,
      sum: number.optional(),
      count: number.optional(),
      min: number.optional(),
      max: number.optional(),
      quantiles: mapOf(number).optional(),
    }),
  ),
};
const assertions = list(
  fields({
    assertion: text,
    success: flag,
    column: text.optional(),
    severity: text.optional(),
    name: text.optional(),
    description: text.optional(),
    expected: text.optional(),
    actual: text.optional(),
    content: text.optional(),
    contentType: text.optional(),
    params: parameters.optional(),
  }),
);
const statistics = { rowCount: count, size: count, fileCount: count };

const changes = ['ALTER', 'CREATE', 'DROP', 'OVERWRITE', 'RENAME', 'TRUNCATE'] as const;

export const datasetFacets = {
  schema: { version: '1-2-0', has: { fields: list(field).optional() } },
  dataSource: { version: '1-0-1', has: { name: text.optional(), uri: uri.optional() } },
  columnLineage: {
    version: '1-2-0',
    has: {
      fields: mapOf(
        fields({
          inputFields: list(inputField),
          transformationDescription: text.optional(),
          transformationType: text.optional(),
        }),
      ),
      dataset: list(inputField).optional(),
    },
  },
  lineage: { version: '1-0-0', has: datasetLineage },
  symlinks: {
    version: '1-0-1',
    has: { identifiers: list(fields({ namespace: text, name: text, type: text })).optional() },
  },
  version: { version: '1-0-1', has: { datasetVersion: text } },
  lifecycleStateChange: {
    version: '1-0-1',
    has: { lifecycleStateChange: z.enum(changes), previousIdentifier: identifier.optional() },
  },
  ownership: { version: '1-0-1', has: { owners: list(owner).optional() } },
  documentation: { version: '1-1-0', has: documentation },
  storage: { version: '1-0-1', has: { storageLayer: text, fileFormat: text.optional() } },
  catalog: {
    version: '1-1-0',
    has: {
      framework: text,
      type: text,
      name: text,
      metadataUri: text.optional(),
      warehouseUri: text.optional(),
      source: text.optional(),
      catalogProperties: mapOf(anything).optional(),
    },
  },
  hierarchy: { version: '1-0-0', has: { hierarchy: list(fields({ type: text, name: text })) } },
  datasetType: { version: '1-0-1', has: { datasetType: text, subType: text.optional() } },
  tags: {
    version: '1-0-0',
    has: { tags: list(fields({ ...tag.shape, field: text.optional() })).optional() },
  },
  dataQualityMetrics: { version: '1-0-0', has: metrics },
  dataQualityAssertions: { version: '1-1-0', has: { assertions } },
} satisfies Record<string, FacetSchema>;

interface Condition {
  type: 'location' | 'partition' | 'compare' | 'binary' | 'field' | 'literal';
}
/** Recursive by `binary`. */
const condition: z.ZodType<Condition> = z.lazy(() =>
  z.discriminatedUnion('type', [
    fields({ type: z.literal('location'), locations: list(text) }),
    fields({
      type: z.literal('partition'),
      partitions: list(fields({ identifier: text.optional(), dimensions: mapOf(anything) })),
    }),
    fields({ type: z.literal('compare'), left: condition, right: condition, comparison: text }),
    fields({ type: z.literal('binary'), left: condition, right: condition, operator: text }),
    fields({ type: z.literal('field'), field: text }),
    fields({ type: z.literal('literal'), value: anything }),
  ]),
);

export const inputFacets = {
  dataQualityMetrics: { version: '1-0-3', has: metrics },
  dataQualityAssertions: { version: '1-1-0', has: { assertions } },
  inputStatistics: { version: '1-0-0', has: statistics },
  subset: { version: '1-0-0', has: { inputCondition: condition } },
  icebergScanReport: { version: '1-0-0', has: {} },
} satisfies Record<string, FacetSchema>;

export const outputFacets = {
  outputStatistics: { version: '1-0-2', has: statistics },
  subset: { version: '1-0-0', has: { outputCondition: condition } },
  icebergCommitReport: { version: '1-0-0', has: {} },
} satisfies Record<string, FacetSchema>;
