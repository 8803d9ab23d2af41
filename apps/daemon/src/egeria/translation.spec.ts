import { readdir } from 'node:fs/promises';
import type { ConnectorConfiguration } from '@idaemon/contracts';
import { describe, expect, test } from 'vitest';
import { ConnectorConfig } from './beans.js';
import { connectorBean } from './connector-bean.js';
import { documentOf, type Surroundings } from './connector-document.js';
import { nameFor, stableId } from './names.js';
import { knownProviders } from './providers.js';
import { readSecretText, writeSecretText } from './secret-text.js';
import { registeredService, registeredServices } from './service-registry.js';

describe('names', () => {
  test.each([
    ['FilesMonitor', 'files-monitor'],
    ['JDBC', 'jdbc'],
    ['OMASCatalog 2', 'omas-catalog-2'],
    ['landing-zone', 'landing-zone'],
    ['  Ärger::x ', 'rger-x'],
    ['::', ''],
    ['x'.repeat(80), 'x'.repeat(63)],
  ])('%j is %j here', (egeriaName, name) => {
    expect(nameFor(egeriaName)).toBe(name);
  });

  test('have ids that stay the same and are UUIDs', () => {
    expect(stableId('connector', 'a')).toBe(stableId('connector', 'a'));
    expect(stableId('connector', 'a')).not.toBe(stableId('group', 'a'));
    expect(stableId('connector', 'a')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});

describe('a reference to a secret', () => {
  test.each([
    ['env:PGPASSWORD', { env: 'PGPASSWORD' }],
    ['file:/run/secrets/a:b', { file: '/run/secrets/a:b' }],
    ['kubernetes:db#password', { kubernetes: { name: 'db', key: 'password' } }],
    ['kubernetes:prod/db#password', { kubernetes: { namespace: 'prod', name: 'db', key: 'password' } }],
    ['vault:kv/data/db#password', { vault: { path: 'kv/data/db', key: 'password' } }],
  ])('%s is read and written', (text, reference) => {
    expect(readSecretText(text)).toEqual(reference);
    expect(writeSecretText(reference)).toBe(text);
  });

  test.each(['hunter2', 'env:', 'env:not a name', 'vault:kv', 'kubernetes:#key', 'https://x:y@z', ''])(
    '%j is none',
    (text) => {
      expect(readSecretText(text)).toBeUndefined();
    },
  );
});

const files = registeredService('files-integrator') ?? registeredServices[0];

function translated(config: object, change: Partial<Surroundings> = {}) {
  if (!files) throw new Error('There is no files-integrator');
  const surroundings: Surroundings = {
    ...{ serverName: 'idaemon', service: files, gateway: 'default', initialState: 'running' },
    synchronization: files.synchronization,
    ...change,
  };
  const connection = {
    connectorType: { connectorProviderClassName: 'folder' },
    endpoint: { address: '/data' },
  };
  return documentOf(ConnectorConfig.parse({ connectorName: 'Monitor', connection, ...config }), surroundings);
}

describe("Egeria's configuration of a connector", () => {
  test.each([
    ['none', {}, undefined],
    ['0', { refreshTimeInterval: 0 }, undefined],
    ['less than 0', { refreshTimeInterval: -5 }, undefined],
    ['a text', { refreshTimeInterval: '15' }, { every: '15m' }],
  ])('with %s as refresh interval', (_, config, schedule) => {
    expect(translated(config).document.schedule).toEqual(schedule);
  });

  test.each([
    ['30s', 1, '30s'],
    ['90s', 2, '90s'],
    ['10m', 20, '20m'],
  ])(
    'leaves the schedule every %s alone where %d minutes say the same',
    (every, refreshTimeInterval, expected) => {
      const existing = { schedule: { every } } as ConnectorConfiguration;
      expect(translated({ refreshTimeInterval }, { existing }).document.schedule).toEqual({
        every: expected,
      });
    },
  );

  test("takes the service's direction where it says none", () => {
    expect(translated({}).document.synchronization).toBe('from-third-party');
    expect(translated({ permittedSynchronization: 'TO_THIRD_PARTY' }).document.synchronization).toBe(
      'to-third-party',
    );
  });

  test('refuses a user where nobody logs in', () => {
    const connection = { connectorType: { connectorProviderClassName: 'folder' }, userId: 'me' };
    expect(() => translated({ connection })).toThrow('connection.userId means nothing');
  });

  test('is told with its connection and without the wanted state', () => {
    const { document, kept } = translated({ metadataSourceQualifiedName: 'source' });
    const configuration = { ...document, secrets: {} } as ConnectorConfiguration & typeof document;
    expect(connectorBean({ configuration, kept })).toMatchObject({
      connectorName: 'Monitor',
      metadataSourceQualifiedName: 'source',
      connection: { endpoint: { address: '/data' } },
    });
  });
});

test('each service has a code of its own', () => {
  expect(new Set(registeredServices.map(({ id }) => id)).size).toBe(12);
});

test('each provider with a counterpart names a connector that there is', async () => {
  const connectors = await readdir(new URL('../../../../libs/connectors/', import.meta.url));
  const named = knownProviders.flatMap(({ definition }) => definition ?? []);
  expect(connectors).toEqual(expect.arrayContaining(named));
});
