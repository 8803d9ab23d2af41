import { describe, expect, it } from 'vitest';
import type { EventIssue, ReadEvent } from './event.js';
import { MalformedEventError } from './malformed-event.error.js';
import { readEvent } from './read-event.js';
import { bodyOf, corpus } from './testing/corpus.js';
import { datasetEvent, job, jobEvent, orders, read, runEvent, runId } from './testing/events.js';

function problemsOf(body: unknown): EventIssue[] {
  try {
    readEvent(Buffer.isBuffer(body) ? body : bodyOf(body));
  } catch (error) {
    if (error instanceof MalformedEventError) return error.problems;
    throw error;
  }
  return [];
}

function placesOf(body: unknown): string[] {
  return problemsOf(body).map(({ pointer, keyword }) => `${pointer} ${keyword}`);
}

describe('an event that is right', () => {
  it('is taken without a remark, whichever real producer sent it', () => {
    expect(corpus).toHaveLength(246);
    expect(corpus.flatMap(({ event }) => read(event).issues)).toEqual([]);
  });

  it('of a run is about the run, its job and all datasets', () => {
    const event = runEvent({
      eventType: 'COMPLETE',
      inputs: [orders],
      outputs: [{ namespace: 's3://lake', name: 'a' }],
    });
    expect(read(event)).toEqual<ReadEvent>({
      kind: 'run',
      event: event as never,
      orderingKey: `run:${runId}`,
      namespaces: ['shop', 'postgres://db:5432', 's3://lake'],
      eventTime: '2026-11-21T10:00:00Z',
      instant: '2026-11-21T10:00:00.000000000Z',
      eventType: 'COMPLETE',
      runId,
      job,
      issues: [],
    });
  });

  it('of a job and of a dataset has no run and no event type', () => {
    expect(read(jobEvent())).toMatchObject({ kind: 'job', orderingKey: 'job:shop/orders_daily', job });
    expect(read(jobEvent())).not.toHaveProperty('eventType');
    expect(read(datasetEvent())).toMatchObject({
      kind: 'dataset',
      orderingKey: 'dataset:postgres://db:5432/shop.public.orders',
      dataset: orders,
      namespaces: [orders.namespace],
    });
  });

  it('may begin with a byte order mark', () => {
    expect(readEvent(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bodyOf(runEvent())])).kind).toBe('run');
  });
});

describe('the kind', () => {
  const run = { runId };
  it.each([
    [{ run, job }, '', 'run', false],
    [{ run, job, dataset: orders }, 'RunEvent', 'run', false],
    [{ run, dataset: orders }, 'DatasetEvent', 'dataset', false],
    [{ job }, 'JobEvent', 'job', false],
    [{ job, eventType: 'START' }, 'RunEvent', 'job', true],
    [{ job, run: null }, 'JobEvent', 'job', false],
    [{ dataset: orders }, 'RunEvent', 'dataset', true],
    [{ job, dataset: orders }, 'JobEvent', 'job', true],
    [{ job, dataset: orders }, 'DatasetEvent', 'dataset', true],
    [{ job, dataset: orders }, '', 'dataset', true],
    [{ run, job }, 'JobEvent', 'run', true],
  ])('of %j with a schema URL of "%s" is %s', (parts, url, kind, isDoubtful) => {
    const { kind: found, issues } = read({
      eventTime: '2026-11-21T10:00:00Z',
      schemaURL: `x#/definitions/${url}`,
      ...parts,
    });
    expect(found).toBe(kind);
    expect(issues.some(({ pointer }) => pointer === '/schemaURL')).toBe(isDoubtful);
  });
});

describe('a lenient reader', () => {
  it.each(['inputs', 'outputs', 'eventType', 'producer', 'schemaURL'])(
    'takes null for an absent %s',
    (property) => {
      expect(problemsOf(runEvent({ [property]: null }))).toEqual([]);
    },
  );

  it('takes an event type in any case, and one that it does not know as OTHER, with a remark', () => {
    expect(read(runEvent({ eventType: 'complete' }))).toMatchObject({
      eventType: 'COMPLETE',
      issues: [{ keyword: 'enum' }],
    });
    expect(read(runEvent({ eventType: 'PAUSED' }))).toMatchObject({
      eventType: 'OTHER',
      issues: [{ keyword: 'enum' }],
    });
    expect(read(runEvent({ eventType: undefined }))).toMatchObject({ eventType: 'OTHER', issues: [] });
  });

  it('takes run ids that are no UUID, facets of any shape, and leaves null datasets out', () => {
    const { runId: given, issues } = read(
      runEvent({ run: { runId: 'run_id', facets: 7 }, inputs: [null, orders] }),
    );
    expect(given).toBe('run_id');
    expect(issues).toMatchObject([{ pointer: '/inputs/0' }]);
  });

  it('takes a column that is called constructor', () => {
    const facets = { columnLineage: { fields: { constructor: { inputFields: [] } } } };
    expect(problemsOf(runEvent({ outputs: [{ ...orders, facets }] }))).toEqual([]);
  });
});

describe('a malformed event', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing', Buffer.alloc(0), [' json']],
    ['broken JSON', Buffer.from('{"run": '), [' json']],
    ['a list', [], [' type']],
    ['a text', 'event', [' type']],
    ['null', null, [' type']],
    ['an empty object', {}, [' required']],
    ['no time', runEvent({ eventTime: undefined }), ['/eventTime required']],
    ['a time that is none', runEvent({ eventTime: 'yesterday' }), ['/eventTime format']],
    ['a number as time', runEvent({ eventTime: 1_795_265_775 }), ['/eventTime type']],
    ['no run id', runEvent({ run: {} }), ['/run/runId required']],
    ['an empty run id', runEvent({ run: { runId: '' } }), ['/run/runId minLength']],
    ['a text as run', runEvent({ run: runId }), ['/run type']],
    ['no job', runEvent({ job: undefined }), ['/job required']],
    ['a job without a name', runEvent({ job: { namespace: 'shop' } }), ['/job/name required']],
    [
      'an input without a namespace',
      runEvent({ inputs: [orders, { name: 'a' }] }),
      ['/inputs/1/namespace required'],
    ],
    ['a text as an output', runEvent({ outputs: ['orders'] }), ['/outputs/0 type']],
    ['an object of outputs', runEvent({ outputs: {} }), ['/outputs type']],
    [
      'several',
      runEvent({ run: {}, job: {} }),
      ['/run/runId required', '/job/namespace required', '/job/name required'],
    ],
  ])('with %s is refused at its place', (_, body, places) => {
    expect(placesOf(body)).toEqual(places);
  });

  it('names at most 20 places', () => {
    expect(problemsOf(runEvent({ inputs: Array.from({ length: 100 }, () => ({})) }))).toHaveLength(20);
  });

  it('is answered 400 with the places, and without what was sent', () => {
    const secret = 'p4ssw0rd';
    for (const body of [
      Buffer.from(`{"run": ${secret}}`),
      bodyOf(runEvent({ eventTime: secret, run: { [secret]: 1 } })),
    ]) {
      const [problem] = problemsOf(body);
      expect(JSON.stringify(problem)).not.toContain(secret);
    }
    expect(() => read(runEvent({ run: {} }))).toThrow(
      expect.objectContaining({
        code: 'request-invalid',
        errors: [{ path: '/run/runId', message: 'It is missing.' }],
      }),
    );
  });

  it('is refused when it is nested more than 256 levels deep, wherever the brackets of its texts are', () => {
    const nested = (depth: number) => Buffer.from(`${'{"run":'.repeat(depth - 1)}[]${'}'.repeat(depth - 1)}`);
    expect(placesOf(nested(257))).toEqual([' maxDepth']);
    expect(placesOf(nested(256))).not.toEqual([' maxDepth']);
    expect(placesOf(nested(200_000))).toEqual([' maxDepth']);
    expect(placesOf(runEvent({ text: '[{"'.repeat(1_000) }))).toEqual([]);
    expect(
      placesOf(Buffer.from(`{"a":"${'}'.repeat(400)}","b":${'['.repeat(300)}${']'.repeat(300)}}`)),
    ).toEqual([' maxDepth']);
  });

  it('is refused when a key would reach a prototype, also when it is written with escapes', () => {
    const withKey = (key: string) =>
      Buffer.from(JSON.stringify(runEvent()).replace('"run":', `"facets":{"a/b":[{"${key}":{}}]},"run":`));
    expect(placesOf(withKey('__proto__'))).toEqual(['/facets/a~1b/0/__proto__ propertyNames']);
    expect(placesOf(withKey('__pr\\u006fto__'))).toEqual(['/facets/a~1b/0/__proto__ propertyNames']);
    expect(placesOf(runEvent({ facets: { constructor: { prototype: {} } } }))).toEqual([
      '/facets/constructor/prototype propertyNames',
    ]);
  });

  it('is refused when it is not UTF-8', () => {
    const body = Buffer.from(
      JSON.stringify(runEvent({ job: { namespace: 'shop', name: 'caf\u00e9' } })),
      'latin1',
    );
    expect(placesOf(body)).toEqual([' encoding']);
  });
});

describe('texts that Postgres cannot keep', () => {
  it('are catalogued with U+FFFD; pairs and escaped backslashes stay', () => {
    const name = 'a\\u0000b\\ud800c\\uDFFFd\\ud83d\\ude00e\\\\u0000f';
    const { job: read, issues } = readEvent(
      Buffer.from(JSON.stringify(runEvent()).replace('"orders_daily"', `"${name}"`)),
    );
    expect(read?.name).toBe('a\uFFFDb\uFFFDc\uFFFDd\u{1F600}e\\u0000f');
    expect(issues).toMatchObject([{ keyword: 'unstorable-text' }]);
  });
});

it('shortens ordering keys that are too long to be indexed, and tells them apart still', () => {
  const keys = ['a', 'b'].map(
    (end) => read(jobEvent({ job: { namespace: 'n', name: 'x'.repeat(10_000) + end } })).orderingKey,
  );
  expect(new Set(keys).size).toBe(2);
  for (const key of keys) expect(key.length).toBeLessThan(600);
});

it('takes time that grows with the size of an event only, whatever is in it', () => {
  const count = 100_000;
  const inputs = Array.from({ length: count }, (_, index) => ({
    namespace: `s3://bucket-${index}`,
    name: 'a',
  }));
  const before = performance.now();
  expect(read(runEvent({ inputs })).namespaces).toHaveLength(count + 1);
  expect(read(runEvent({ inputs: inputs.map(() => null) })).issues).toHaveLength(20);
  // A search through all earlier ones for each takes more than a minute.
  expect(performance.now() - before).toBeLessThan(10_000);
});
