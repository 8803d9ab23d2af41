import { describe, expect, it } from 'vitest';
import { corpus } from '../testing/corpus.js';
import { datasetEvent, facet, job, jobEvent, orders, runEvent, runId } from '../testing/events.js';
import { checkEvent, type CheckOptions } from './check-event.js';

function places(event: Record<string, unknown>, options: CheckOptions, severity?: string): string[] {
  return checkEvent(event, options)
    .filter((issue) => severity === undefined || issue.severity === severity)
    .map(({ pointer, keyword }) => `${pointer} ${keyword}`);
}
const strict = { mode: 'strict' } as const;
const lenient = { mode: 'lenient' } as const;
const withRunFacet = (key: string, value: unknown) => runEvent({ run: { runId, facets: { [key]: value } } });
const withOrdersFacet = (key: string, value: unknown) =>
  runEvent({ inputs: [{ ...orders, facets: { [key]: value } }] });

describe('strict', () => {
  it('finds no error in what real producers send', () => {
    expect(corpus.flatMap(({ event }) => places(event, strict, 'error'))).toEqual([]);
  });

  // The table of what the published schema accepts.
  it.each<[string, Record<string, unknown>, string[]]>([
    ['a run event without a type', runEvent({ eventType: undefined }), []],
    ['a type in small letters', runEvent({ eventType: 'start' }), ['/eventType enum']],
    ['a property that nobody knows', runEvent({ color: 'red' }), []],
    ['a job event with an event type', jobEvent({ eventType: 'START' }), []],
    ['job and dataset without a run', jobEvent({ dataset: orders }), [' oneOf']],
    ['run, job and dataset', runEvent({ dataset: orders }), []],
    ['run and dataset without a job', datasetEvent({ run: { runId } }), []],
    ['null as inputs', runEvent({ inputs: null }), ['/inputs type']],
    ['null as facets', runEvent({ job: { ...job, facets: null } }), ['/job/facets type']],
    ['null as a facet', withRunFacet('parent', null), ['/run/facets/parent type']],
    [
      'a facet without its origin',
      withRunFacet('own', {}),
      ['/run/facets/own/_producer required', '/run/facets/own/_schemaURL required'],
    ],
    ['no schema URL', runEvent({ schemaURL: undefined }), ['/schemaURL required']],
    ['an empty name', runEvent({ job: { namespace: '', name: '' } }), []],
    ['a run id that is no UUID', runEvent({ run: { runId: 'run_id' } }), []],
    ['nothing', {}, [' required']],
  ])('judges %s as the published schema does', (_, event, errors) => {
    expect(places(event, strict, 'error')).toEqual(errors);
  });

  it('warns of wrong formats, or refuses them when asked to', () => {
    const event = runEvent({ producer: 'me', run: { runId: 'run_id' } });
    expect(places(event, strict, 'warning')).toEqual(['/producer format', '/run/runId format']);
    expect(places(event, { ...strict, areFormatsErrors: true }, 'error')).toEqual([
      '/producer format',
      '/run/runId format',
    ]);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['sql', jobEvent({ job: { ...job, facets: { sql: facet({}) } } }), ['/job/facets/sql/query required']],
    [
      'schema',
      withOrdersFacet('schema', facet({ fields: [{ name: 'a', fields: [{}] }] })),
      ['/inputs/0/facets/schema/fields/0/fields/0/name required'],
    ],
    ['a key with a slash', withRunFacet('a/b', facet({ _producer: 1 })), ['/run/facets/a~1b/_producer type']],
    [
      'lineage',
      jobEvent({
        job: { ...job, facets: { lineage: facet({ entries: [{ namespace: 'a', type: 'DATASET' }] }) } },
      }),
      ['/job/facets/lineage/entries/0 constraint'],
    ],
    [
      'subset',
      runEvent({
        inputs: [
          {
            ...orders,
            inputFacets: {
              subset: facet({
                inputCondition: {
                  type: 'binary',
                  left: { type: 'location', locations: [] },
                  right: {},
                  operator: 'AND',
                },
              }),
            },
          },
        ],
      }),
      ['/inputs/0/inputFacets/subset/inputCondition/right/type required'],
    ],
    ['a facet of another thing', withRunFacet('sql', facet({})), []],
    ['a deleted facet', jobEvent({ job: { ...job, facets: { sql: facet({ _deleted: true }) } } }), []],
  ])('knows %s', (_, event, errors) => {
    expect(places(event, strict, 'error')).toEqual(errors);
  });

  it('checks a newer addition silently and a newer revision with a warning; another model passes', () => {
    const version = (text: string) =>
      withRunFacet('nominalTime', {
        ...facet({}),
        _schemaURL: `https://openlineage.io/spec/facets/${text}/NominalTimeRunFacet.json`,
      });
    const broken = '/run/facets/nominalTime/nominalStartTime required';
    expect(places(version('1-0-9'), strict)).toEqual([broken]);
    expect(places(version('1-9-0'), strict)).toEqual([broken, '/run/facets/nominalTime/_schemaURL version']);
    expect(places(version('2-0-0'), strict)).toEqual([]);
  });
});

describe('lenient', () => {
  it('takes null for absent and everything else as a warning', () => {
    expect(places(runEvent({ inputs: null, eventType: null }), lenient)).toEqual([]);
    expect(places(withRunFacet('parent', null), lenient)).toEqual([]);
    expect(places(runEvent({ inputs: 'all' }), lenient, 'error')).toEqual([]);
    expect(places(runEvent({ inputs: 'all' }), lenient, 'warning')).toEqual(['/inputs type']);
  });
});

it('names at most 20 places and never a value', () => {
  const secret = 'p4ssw0rd';
  const fields = Array.from({ length: 100 }, () => ({ name: 1, type: { secret } }));
  const issues = checkEvent(withOrdersFacet('schema', facet({ fields })), strict);
  expect(issues).toHaveLength(20);
  expect(
    JSON.stringify([issues, checkEvent(runEvent({ eventType: secret, producer: secret }), strict)]),
  ).not.toContain(secret);
});
