import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventTransform, readEvent, type EventTransform } from '../index.js';
import { bodyOf, corpus } from '../testing/corpus.js';
import { editJson } from './edit-json.js';

const text = `{ "eventTime":"2026-11-21T10:40:40.472698302Z", "run": {"runId":"r", "facets": {
   "spark.logicalPlan": {"_producer":"p","plan":[{"id":1}]}, "parent": {"job":{"namespace":"dev-a","name":"up"}} , "debug" :{} } },
  "job":{"namespace":"dev-a","name":"n","facets":{"sql":{"_producer":"p","query":"select 'x'","rows":7,"ok":true}}},
  "outputs":[{"namespace":"postgres://dev","name":"t","outputFacets":{"debug":{}},
    "facets":{"version":{"datasetVersion":4657867867867867867}}}] }`;

const applied = (transform: EventTransform) => eventTransform(transform)(Buffer.from(text)).toString();

describe('the transform of events', () => {
  it('gives the same bytes back when nothing fits', () => {
    const body = Buffer.from(text);
    expect(eventTransform({})(body)).toBe(body);
    expect(eventTransform({ dropFacets: ['none'], renameNamespaces: [{ from: 'x', to: 'y' }] })(body)).toBe(
      body,
    );
  });

  it('leaves out facets by their keys, first, middle or last, and touches no other byte', () => {
    const without = applied({ dropFacets: ['spark*', 'debug'] });
    const { run, outputs } = JSON.parse(without) as Record<string, never>;
    expect(run).toEqual({ runId: 'r', facets: { parent: { job: { namespace: 'dev-a', name: 'up' } } } });
    expect(outputs).toMatchObject([{ outputFacets: {} }]);
    expect(without).toContain('4657867867867867867');
    expect(without.startsWith('{ "eventTime":"2026-11-21T10:40:40.472698302Z", "run"')).toBe(true);
  });

  it('does not take members of facets for facets', () => {
    expect(applied({ dropFacets: ['job', 'plan', 'query', 'facets'] })).toBe(text);
  });

  it('redacts what facets say, not who says it', () => {
    const { job } = JSON.parse(applied({ redactFacets: ['sql'] })) as { job: { facets: unknown } };
    expect(job.facets).toEqual({ sql: { _producer: 'p', query: '[redacted]', rows: 0, ok: true } });
  });

  it('renames namespaces wherever they are, by the first rule that fits', () => {
    const rules = [
      { from: 'dev-*', to: 'prod-*' },
      { from: 'postgres://*', to: 'postgres://*.example.org:5432' },
      { from: '*', to: 'never' },
    ];
    const event = applied({ renameNamespaces: rules });
    expect(event).not.toContain('dev-a');
    expect(event.match(/"namespace":"prod-a"/g)).toHaveLength(2);
    expect(event).toContain('"namespace":"postgres://dev.example.org:5432"');
  });

  it('writes names that need escapes in JSON', () => {
    const body = Buffer.from('{"job":{"namespace":"a\\"b","name":"n"}}');
    const renamed = eventTransform({ renameNamespaces: [{ from: 'a"*', to: '\\*"' }] })(body);
    expect(JSON.parse(renamed.toString())).toEqual({ job: { namespace: '\\b"', name: 'n' } });
  });

  it('agrees with parsing, leaving out and writing, for any JSON', () => {
    const keys = fc.constantFrom('a', 'drop', 'b');
    const tree = fc.object({ key: keys, maxDepth: 4, withNullPrototype: false });
    fc.assert(
      fc.property(tree, fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const body = Buffer.from(JSON.stringify(value, null, indent));
        const edited = editJson(body, ({ path }) => (path.at(-1) === 'drop' ? 'drop' : 'keep'));
        const expected: unknown = JSON.parse(body.toString(), function (key, one: unknown) {
          return key === 'drop' && !Array.isArray(this) ? undefined : one;
        });
        expect(JSON.parse(edited.toString())).toEqual(expected);
      }),
    );
  });

  it('reads every event of the corpus', () => {
    for (const { event } of corpus) {
      const body = bodyOf(event);
      const kept = editJson(body, ({ value }) => ({ replace: value() }));
      expect(kept.toString()).toBe(body.toString());
      const dropped = eventTransform({ dropFacets: ['*'] })(body);
      expect(() => readEvent(dropped)).not.toThrow();
    }
  });
});
