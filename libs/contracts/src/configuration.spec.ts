import { describe, expect, it } from 'vitest';
import {
  ConfigurationDocument,
  ConnectorConfiguration,
  metadataSourceOf,
  parseDuration,
} from './configuration.js';

const document = {
  name: 'landing',
  service: 'files-integrator',
  connector: 'folder',
  config: { path: '/data' },
};

function problems(value: unknown): string[] {
  const parsed = ConnectorConfiguration.safeParse(value);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('a connector configuration', () => {
  it('needs a name, a service and a connector; the rest has defaults', () => {
    expect(ConnectorConfiguration.parse(document)).toMatchObject({
      gateway: 'default',
      synchronization: 'from-third-party',
      initialState: 'running',
      removal: { maxPercent: 5, minElements: 10 },
    });
  });

  it('refuses keys that it does not know, on every level', () => {
    expect(problems({ ...document, shedule: {} })).toHaveLength(1);
    expect(problems({ ...document, removal: { maxPercentage: 5 } })).toHaveLength(1);
  });

  it('takes an interval or a cron expression, not both', () => {
    expect(problems({ ...document, schedule: { every: '10m' } })).toEqual([]);
    expect(problems({ ...document, schedule: { cron: '0 2 * * *', timeZone: 'Europe/Vienna' } })).toEqual([]);
    expect(problems({ ...document, schedule: { every: '10m', cron: '0 2 * * *' } })).toEqual([
      'schedule.cron: every and cron exclude each other',
    ]);
    expect(problems({ ...document, schedule: { every: '10 minutes' } })[0]).toContain('such as 30s');
  });

  it('takes secrets as references only', () => {
    expect(problems({ ...document, secrets: { password: { env: 'PGPASSWORD' } } })).toEqual([]);
    expect(problems({ ...document, secrets: { password: 'hunter2' } })).toHaveLength(1);
  });

  it('takes the name of the connector for its metadata source unless it names one', () => {
    expect(metadataSourceOf(ConnectorConfiguration.parse(document))).toEqual({
      qualifiedName: 'landing',
      displayName: 'landing',
    });
    const named = ConnectorConfiguration.parse({
      ...document,
      metadataSource: { qualifiedName: 'lake', displayName: 'The lake' },
    });
    expect(metadataSourceOf(named)).toEqual({ qualifiedName: 'lake', displayName: 'The lake' });
  });
});

describe('a document', () => {
  it('is a connector unless it says that it is a gateway', () => {
    expect(ConfigurationDocument.parse(document).kind).toBe('connector');
    expect(ConfigurationDocument.parse({ kind: 'gateway', name: 'lab' })).toMatchObject({
      kind: 'gateway',
      backend: 'embedded',
    });
  });
});

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5h', 5_400_000],
    ['1d', 86_400_000],
  ])('%s is %d milliseconds', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['10', 'm', '-5s', '5 s', ''])('"%s" is none', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
});
