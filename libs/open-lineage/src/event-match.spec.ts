import { describe, expect, it } from 'vitest';
import { eventMatcher, readEvent, type EventMatch } from './index.js';

const event = readEvent(
  Buffer.from(
    JSON.stringify({
      eventTime: '2026-11-21T10:00:00Z',
      eventType: 'COMPLETE',
      producer: 'https://github.com/dbt-labs/dbt-ol/1.2',
      run: { runId: '0190a1f0-0000-7000-8000-000000000001', facets: { parent: {} } },
      job: { namespace: 'dbt', name: 'shop.orders' },
      inputs: [{ namespace: 'postgres://db:5432', name: 'shop.raw', facets: { schema: { fields: [] } } }],
    }),
  ),
);
const matches = (match: EventMatch) => eventMatcher(match)(event);

describe('the selection of events', () => {
  it('takes every event when nothing is asked for', () => {
    expect(matches({})).toBe(true);
    expect(matches({ kinds: [] })).toBe(true);
  });

  it('compares whole names, in which a star stands for any characters', () => {
    expect(matches({ jobNames: ['shop.*'] })).toBe(true);
    expect(matches({ jobNames: ['shop'] })).toBe(false);
    expect(matches({ jobNames: ['shopXorders'] })).toBe(false);
    expect(matches({ datasetNamespaces: ['postgres://*'] })).toBe(true);
    expect(matches({ producers: ['*dbt-ol*'] })).toBe(true);
    expect(matches({ namespaces: ['dbt'] })).toBe(true);
  });

  it('asks that all that is given fits, one of each list', () => {
    expect(matches({ kinds: ['run', 'job'], eventTypes: ['COMPLETE'] })).toBe(true);
    expect(matches({ kinds: ['run'], eventTypes: ['START'] })).toBe(false);
    expect(matches({ facets: ['schema'] })).toBe(true);
    expect(matches({ facets: ['columnLineage'] })).toBe(false);
    expect(matches({ runIds: ['0190a1f0-0000-7000-8000-000000000001'] })).toBe(true);
    expect(matches({ runIds: ['other'] })).toBe(false);
  });
});
