import { describe, expect, it } from 'vitest';
import { entityKey } from '../entity-key.js';
import { foldEvents } from '../fold/fold.js';
import { corpus } from '../testing/corpus.js';
import { daily, facet, job, jobEvent, orders, read, runEvent, runId } from '../testing/events.js';
import { fieldLinksInto, type FieldLink } from './field-links.js';
import { lineageOf, type JobLineage } from './job-lineage.js';

function lineage(...events: Record<string, unknown>[]): JobLineage {
  const { jobs, runs } = foldEvents(events.map(read));
  return lineageOf(jobs.get(entityKey(job.namespace, job.name))!, runs.get(runId));
}
const shown = ({ from, to }: FieldLink) =>
  `${from.name}.${from.field ?? '*'} > ${to.name}.${to.field ?? '*'}`;
const columnLineage = (fields: Record<string, unknown>, dataset: unknown[] = []) => ({
  columnLineage: facet({ fields, dataset }),
});
const from = (field: string, more = {}) => ({ ...orders, field, ...more });

describe('the lineage of a job', () => {
  it('is what it declares and what its run did', () => {
    const { inputs, outputs } = lineage(
      jobEvent({ inputs: [orders] }),
      runEvent({ inputs: [{ ...orders, name: 'other' }], outputs: [daily] }),
    );
    expect(
      Object.values(inputs)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['other', orders.name]);
    expect(Object.values(outputs)).toMatchObject([daily]);
  });

  it('of one whose events are the whole truth is the newest event', () => {
    const emissionPattern = { eventTrigger: 'PERIODIC', eventContentMode: 'COMPLETE_SNAPSHOT' };
    const facets = { jobType: facet({ processingType: 'STREAMING', integration: 'FLINK', emissionPattern }) };
    const { inputs } = lineage(
      runEvent({ job: { ...job, facets }, inputs: [orders, daily] }),
      runEvent({ eventTime: '2026-11-21T10:00:01Z', job: { ...job, facets }, inputs: [daily] }),
    );
    expect(Object.values(inputs)).toMatchObject([daily]);
  });

  it('links columns, each pair once, with all that is said of it', () => {
    const masked = { type: 'DIRECT', subtype: 'IDENTITY', masking: true };
    const facets = columnLineage(
      {
        day: {
          inputFields: [
            from('day', { transformations: [masked, masked] }),
            from('day', { transformations: [{ type: 'INDIRECT', subtype: 'FILTER' }] }),
          ],
        },
        total: {
          inputFields: [from('amount')],
          transformationType: 'AGGREGATION',
          transformationDescription: 'sum',
        },
      },
      [from('status')],
    );
    const { fieldLinks } = lineage(runEvent({ outputs: [{ ...daily, facets }] }));
    expect(fieldLinks.map(shown)).toEqual([
      'shop.public.orders.day > shop.public.orders_daily.day',
      'shop.public.orders.amount > shop.public.orders_daily.total',
      'shop.public.orders.status > shop.public.orders_daily.*',
    ]);
    expect(fieldLinks.map(({ transformations }) => transformations)).toEqual([
      [
        { type: 'DIRECT', subtype: 'IDENTITY', isMasking: true },
        { type: 'INDIRECT', subtype: 'FILTER' },
      ],
      [{ type: 'AGGREGATION', description: 'sum' }],
      [],
    ]);
  });

  it('is what its facet lineage says for the datasets that this names, and columnLineage for others', () => {
    const entries = [
      {
        ...daily,
        type: 'DATASET',
        fields: { day: { inputs: [from('created', { type: 'DATASET' }), { type: 'JOB' }] } },
      },
      { type: 'JOB', inputs: [] },
    ];
    const observed = columnLineage({ day: { inputFields: [from('day')] } });
    const { fieldLinks } = lineage(
      runEvent({
        job: { ...job, facets: { lineage: facet({ entries }) } },
        outputs: [
          { ...daily, facets: observed },
          { ...daily, name: 'copy', facets: observed },
        ],
      }),
    );
    expect(fieldLinks.map(shown)).toEqual([
      'shop.public.orders.day > copy.day',
      'shop.public.orders.created > shop.public.orders_daily.day',
    ]);
  });

  it('survives facets of any shape', () => {
    const facets = { columnLineage: { fields: [1], dataset: {} }, lineage: { inputs: 7, fields: { a: 1 } } };
    expect(
      lineage(
        runEvent({
          job: { ...job, facets: { lineage: { entries: [null, 7, {}] } } },
          outputs: [{ ...daily, facets }],
        }),
      ).fieldLinks,
    ).toEqual([]);
  });
});

it('finds the column lineage that real producers sent, as counted from the events themselves', () => {
  const counted = new Set<string>();
  for (const { event } of corpus) {
    for (const output of (event.outputs ?? []) as Output[]) {
      for (const [field, { inputFields }] of Object.entries(output.facets?.columnLineage?.fields ?? {})) {
        for (const input of inputFields) {
          counted.add(
            JSON.stringify([input.namespace, input.name, input.field, output.namespace, output.name, field]),
          );
        }
      }
    }
  }
  const found = new Set<string>();
  for (const { outputs } of foldEvents(corpus.map(({ event }) => read(event))).runs.values()) {
    for (const use of Object.values(outputs)) {
      for (const { from, to } of fieldLinksInto(use, use.facets)) {
        found.add(JSON.stringify([from.namespace, from.name, from.field, to.namespace, to.name, to.field]));
      }
    }
  }
  expect(found).toEqual(counted);
  expect(found.size).toBeGreaterThan(50);
});

interface Output {
  namespace: string;
  name: string;
  facets?: {
    columnLineage?: {
      fields: Record<string, { inputFields: { namespace: string; name: string; field: string }[] }>;
    };
  };
}
