import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startDaemon, type DaemonApp } from '../testing/daemon-app.js';
import {
  adminBase,
  egeriaClient,
  membersOf,
  runtimeBase,
  shapeOf,
  type Bean,
} from '../testing/egeria-client.js';
import { adapters, done, filesMonitor, monitor, service } from '../testing/egeria-requests.js';
import { databaseDefinition, folderDefinition, registerInstance } from '../testing/registered-service.js';
import { restClient } from '../testing/rest-client.js';

let daemon: DaemonApp;
let send: ReturnType<typeof restClient>;
let egeria: ReturnType<typeof egeriaClient>;
beforeAll(async () => {
  daemon = await startDaemon();
  send = restClient(daemon);
  egeria = egeriaClient(daemon);
  await registerInstance(daemon.database, 'files-integrator', [folderDefinition]);
  await registerInstance(daemon.database, 'database-integrator', [databaseDefinition]);
});
afterAll(() => daemon.close());
beforeEach(async () => {
  for (const table of [
    'connector',
    'connector_removal',
    'connector_group',
    'egeria_setting',
    'audit',
    'document_revision',
  ]) {
    await daemon.database.rows(`delete from ${table}`);
  }
});

const files = `${adminBase}/integration-services/files-integrator`;
const configure = (connectors?: Bean[], change?: Bean) => egeria('post', files, service(connectors, change));
const configured = async (name = 'files-monitor') => (await send('get', `/api/connectors/${name}`)).body;

describe('the configuration of an integration service', () => {
  test('makes a connector of ours, which runs without a start', async () => {
    expect(await configure([monitor()])).toEqual(done);
    expect(await configured()).toMatchObject({
      name: 'files-monitor',
      service: 'files-integrator',
      connector: 'folder',
      config: { path: '/data/landing' },
      metadataSource: { qualifiedName: 'FilesSource' },
      schedule: { every: '60m' },
      synchronization: 'from-third-party',
      wanted: 'running',
    });
  });

  test('reads back with the members that Egeria has, under the names that it was given', async () => {
    await configure([monitor({ connectorId: '760d44dd-3f42-4c50-a1de-c7a32c8f12f1' })]);
    const answer = await egeria('get', `${files}/configuration`);
    expect(membersOf(answer)).toEqual(expect.arrayContaining(membersOf(shapeOf('configured'))));
    const { config } = answer as { config: { integrationConnectorConfigs: Bean[] } };
    expect(config.integrationConnectorConfigs).toMatchObject([
      {
        connectorId: '760d44dd-3f42-4c50-a1de-c7a32c8f12f1',
        connectorName: 'FilesMonitor',
        connectorUserId: 'intd1npa',
        refreshTimeInterval: 60,
        connection: {
          connectorType: { connectorProviderClassName: filesMonitor },
          endpoint: { address: '/data/landing' },
        },
      },
    ]);
    expect(
      await egeria('post', `${runtimeBase}/integration-connectors/refresh`, { name: 'FilesMonitor' }),
    ).toEqual(done);
  });

  test('can be sent back as it was read, and changes nothing', async () => {
    await configure([monitor()]);
    const { config } = await egeria('get', `${files}/configuration`);
    expect(await egeria('post', `${adminBase}/integration-services/configuration`, config as Bean)).toEqual(
      done,
    );
    expect((await configured()).revision).toBe(1);
  });

  test('without connectors is one without connectors', async () => {
    expect(await configure()).toEqual(done);
    const listed = await egeria('get', `${adminBase}/integration-services`);
    expect(membersOf(listed)).toEqual(membersOf(shapeOf('listed')));
  });

  test('leaves out connectors that Egeria has configured, and keeps those of others', async () => {
    const other = {
      name: 'other',
      service: 'files-integrator',
      connector: 'folder',
      config: { path: '/other' },
    };
    await send('post', '/api/connectors', { body: other });
    await configure([monitor()]);
    await configure([monitor({ connectorName: 'Second' })]);
    const { body } = await send('get', '/api/connectors');
    expect((body.items as Bean[]).map(({ name }) => name)).toEqual(['other', 'second']);
    expect(await egeria('delete', `${adminBase}/integration-services/files-integrator`)).toEqual(done);
    expect((await send('get', '/api/connectors')).body.total).toBe(1);
  });

  test('keeps what Egeria has no word for', async () => {
    await configure([monitor()]);
    await send('patch', '/api/connectors/files-monitor', {
      body: { schedule: { every: null, cron: '0 6 * * *' }, removal: { maxPercent: 50 } },
    });
    await configure([monitor({ refreshTimeInterval: 0 })]);
    expect(await configured()).toMatchObject({
      schedule: { cron: '0 6 * * *' },
      removal: { maxPercent: 50 },
    });
  });

  test('stops the connectors of a service that is disabled', async () => {
    const config = { ...service([monitor()]), integrationServiceURLMarker: 'files-integrator' };
    const disabled = { ...config, integrationServiceOperationalStatus: 'DISABLED' };
    expect(await egeria('post', `${adminBase}/integration-services/configuration/all`, [disabled])).toEqual(
      done,
    );
    expect((await configured()).wanted).toBe('stopped');
  });

  test.each([
    ['no URL', [], { omagserverPlatformRootURL: null }, 'OMAG-ADMIN-400-039', ''],
    ['no server name', [], { omagserverName: '' }, 'OMAG-ADMIN-400-040', ''],
    ['an undeclared gateway', [], { omagserverName: 'mds1' }, 'IDAEMON-EGERIA-400-004', 'declared: default'],
    ['an option', [], { integrationServiceOptions: { x: [] } }, 'IDAEMON-EGERIA-501-001', 'option x'],
    [
      'a connector without a name',
      [monitor({ connectorName: null })],
      {},
      'OMAG-ADMIN-400-032',
      'connectorName',
    ],
    ['a connector without a connection', [monitor({ connection: null })], {}, 'OMAG-ADMIN-400-027', ''],
    [
      'one name twice',
      [monitor(), monitor({ connectorName: 'Files Monitor' })],
      {},
      'IDAEMON-EGERIA-409-001',
      '',
    ],
    [
      'an unknown provider',
      [monitor({}, { connectorType: { connectorProviderClassName: 'no.such.Provider' } })],
      {},
      'OMAG-ADMIN-400-041',
      'no.such.Provider is not known',
    ],
    [
      'an unknown property',
      [monitor({}, { configurationProperties: { templateQualifiedName: 'x' } })],
      {},
      'IDAEMON-EGERIA-400-002',
      'templateQualifiedName',
    ],
    [
      'no address',
      [monitor({}, { endpoint: null })],
      {},
      'IDAEMON-EGERIA-400-002',
      'connection.endpoint.address',
    ],
    [
      'an embedded connection that nobody reads',
      [monitor({}, { embeddedConnections: [{ embeddedConnection: { displayName: 'store' } }] })],
      {},
      'IDAEMON-EGERIA-400-002',
      'embeddedConnections',
    ],
    [
      'reports as elements',
      [monitor({ generateIntegrationReports: true })],
      {},
      'IDAEMON-EGERIA-501-001',
      '/runs',
    ],
    ['another direction', [monitor({ permittedSynchronization: 'OTHER' })], {}, 'IDAEMON-EGERIA-400-002', ''],
  ])('with %s is refused, and nothing is changed', async (_, connectors, change, id, text) => {
    const answer = await configure(connectors, change);
    expect(answer).toMatchObject({ class: 'VoidResponse', exceptionErrorMessageId: id });
    expect(answer.relatedHTTPCode).toBe(Number(/-(\d{3})-\d{3}$/.exec(id)?.[1]));
    expect(answer.exceptionErrorMessage).toContain(text);
    expect((await send('get', '/api/connectors')).body.total).toBe(0);
    expect(await egeria('get', `${adminBase}/integration-services/configuration`)).toEqual(
      shapeOfServicesWithoutAny,
    );
  });

  test('of an unknown URL marker names those that exist', async () => {
    const answer = await egeria('post', `${adminBase}/integration-services/search-integrator`, service([]));
    expect(answer).toMatchObject({
      relatedHTTPCode: 400,
      exceptionErrorMessageId: 'INTEGRATION-DAEMON-SERVICES-400-010',
    });
    expect(answer.exceptionErrorMessage).toContain('files-integrator');
  });

  test('without a body is refused in an envelope', async () => {
    expect(await egeria('post', files)).toMatchObject({ exceptionErrorMessageId: 'OMAG-ADMIN-400-038' });
  });

  test('that is not configured is told with its defaults', async () => {
    const answer = await egeria('get', `${files}/configuration`);
    expect(membersOf(answer).sort()).toEqual(membersOf(shapeOf('registryDefault')).sort());
  });
});

const shapeOfServicesWithoutAny = { class: 'IntegrationServicesResponse', relatedHTTPCode: 200 };

describe('secrets', () => {
  const jdbc = (resource: Bean) => ({
    connectorName: 'JDBC',
    connection: {
      class: 'VirtualConnection',
      connectorType: {
        connectorProviderClassName: `${adapters}.integration.jdbc.JDBCIntegrationConnectorProvider`,
      },
      embeddedConnections: [
        {
          class: 'EmbeddedConnection',
          embeddedConnection: {
            class: 'Connection',
            connectorType: {
              connectorProviderClassName: `${adapters}.resource.jdbc.JDBCResourceConnectorProvider`,
            },
            endpoint: { address: 'jdbc:postgresql://db.example:5432/shop' },
            userId: 'reader',
            configurationProperties: { jdbcDriverManagerClassName: 'org.postgresql.Driver' },
            ...resource,
          },
        },
      ],
    },
  });
  const databases = `${adminBase}/integration-services/database-integrator`;

  test.each([
    ['clearPassword', { clearPassword: 'hunter2' }],
    ['encryptedPassword', { encryptedPassword: 'hunter2' }],
    ['securedProperties.password', { securedProperties: { password: 'hunter2' } }],
    ['a URL', { endpoint: { address: 'jdbc:postgresql://reader:hunter2@db.example/shop' } }],
    ['a URL parameter', { endpoint: { address: 'jdbc:postgresql://db.example/shop?password=hunter2' } }],
  ])('in %s are refused, told nowhere and stored nowhere', async (_, resource) => {
    const answer = await egeria('post', databases, service([jdbc(resource)]));
    expect(answer).toMatchObject({ relatedHTTPCode: 400 });
    expect(answer.exceptionErrorMessage).toMatch(/secret|password/);
    const tables = ['egeria_connector', 'egeria_setting', 'connector', 'document_revision', 'audit'];
    for (const table of tables) {
      const rows = await daemon.database.rows(`select * from ${table}`);
      expect(JSON.stringify(rows), table).not.toContain('hunter2');
    }
    expect(JSON.stringify(answer) + daemon.logged.join()).not.toContain('hunter2');
  });

  test('are named by references, which are answered as they were sent', async () => {
    const securedProperties = { password: 'env:PGPASSWORD' };
    expect(await egeria('post', databases, service([jdbc({ securedProperties })]))).toEqual(done);
    expect(await configured('jdbc')).toMatchObject({
      connector: 'postgresql',
      config: { url: 'postgresql://reader@db.example:5432/shop' },
      secrets: { password: { env: 'PGPASSWORD' } },
    });
    const answer = await egeria('get', `${databases}/configuration`);
    const { config } = answer as { config: { integrationConnectorConfigs: { connection: Bean }[] } };
    expect(config.integrationConnectorConfigs[0]?.connection).toMatchObject({ securedProperties });
  });
});

describe('integration groups', () => {
  const path = `${adminBase}/integration-groups/configuration`;
  const group = (integrationGroupQualifiedName: string) => ({
    class: 'IntegrationGroupConfig',
    omagserverPlatformRootURL: 'https://mas.example:9443',
    omagserverName: 'default',
    integrationGroupQualifiedName,
  });

  test('are added one by one, and none pushes another out', async () => {
    await egeria('post', path, group('Egeria:Group One'));
    await egeria('post', path, group('g2'));
    const answer = await egeria('get', path);
    expect(membersOf(answer).sort()).toEqual(membersOf(shapeOf('groups')).sort());
    expect((answer.groups as Bean[]).map((one) => one.integrationGroupQualifiedName)).toEqual([
      'Egeria:Group One',
      'g2',
    ]);
    expect((await send('get', '/api/groups')).body).toMatchObject({
      items: [{ name: 'egeria-group-one' }, { name: 'g2' }],
    });
  });

  test('are told by their qualified names at run time', async () => {
    await egeria('post', path, group('Egeria:Group One'));
    const answer = await egeria(
      'get',
      `${runtimeBase}/integration-groups/${encodeURIComponent('Egeria:Group One')}/summary`,
    );
    expect(answer.integrationGroupSummary).toMatchObject({ integrationGroupStatus: 'CONFIGURING' });
  });

  test('of others stay when all are replaced or deleted', async () => {
    await send('put', '/api/groups/nightly', { body: {} });
    await egeria('post', path, group('g1'));
    expect(await egeria('post', `${path}/all`, [group('g2')])).toEqual(done);
    expect(await egeria('delete', `${adminBase}/integration-groups/g2`)).toEqual(done);
    expect(await egeria('delete', `${adminBase}/integration-groups/g2`)).toEqual(done);
    expect(await egeria('delete', `${adminBase}/integration-groups`)).toEqual(done);
    expect((await send('get', '/api/groups')).body).toMatchObject({ items: [{ name: 'nightly' }] });
  });

  test('without a name are refused', async () => {
    const { exceptionErrorMessageId } = shapeOf('groupWithoutName');
    expect(await egeria('post', path, { ...group(''), integrationGroupQualifiedName: null })).toMatchObject({
      exceptionErrorMessageId,
    });
  });
});
