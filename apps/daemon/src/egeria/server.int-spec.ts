import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import request from 'supertest';
import { administratorToken, startDaemon, type DaemonApp } from '../testing/daemon-app.js';
import {
  adminBase,
  egeriaClient,
  membersOf,
  platformBase,
  shapeOf,
  type Bean,
} from '../testing/egeria-client.js';
import { done, filesMonitor, monitor, service } from '../testing/egeria-requests.js';
import { folderDefinition, registerInstance } from '../testing/registered-service.js';
import { restClient } from '../testing/rest-client.js';

let daemon: DaemonApp;
let send: ReturnType<typeof restClient>;
let egeria: ReturnType<typeof egeriaClient>;
beforeAll(async () => {
  daemon = await startDaemon();
  send = restClient(daemon);
  egeria = egeriaClient(daemon);
  await registerInstance(daemon.database, 'files-integrator', [folderDefinition]);
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
const configure = (connectors?: Bean[]) => egeria('post', files, service(connectors));
const configured = async () => (await send('get', '/api/connectors/files-monitor')).body;

describe('the configuration document', () => {
  test('has the members that Egeria has, and no password', async () => {
    for (const path of [
      'server-user-id?id=npa',
      'server-type?typeName=x',
      'organization-name?name=o',
      'max-page-size?limit=50',
      'server-url-root?url=https://here',
    ]) {
      expect(await egeria('post', `${adminBase}/${path}`)).toEqual(done);
    }
    // As Egeria's own clients send a text.
    const described = await request(daemon.server)
      .post(`${adminBase}/server-description`)
      .set('authorization', `Bearer ${administratorToken}`)
      .type('text/plain')
      .send('words');
    expect(described.body).toEqual(done);
    await configure([monitor()]);
    const answer = await egeria('get', `${adminBase}/configuration`);
    const absent =
      /localServerPassword|auditLogConnections\[\]\.connectorType\.(?!class|headerVersion|connectorProvider)/;
    expect(membersOf(answer)).toEqual(
      expect.arrayContaining(membersOf(shapeOf('document')).filter((one) => !absent.test(one))),
    );
    expect(answer.omagserverConfig).toMatchObject({
      localServerName: 'idaemon',
      localServerUserId: 'npa',
      maxPageSize: 50,
      localServerDescription: 'words',
    });
    const { auditTrail } = answer.omagserverConfig as { auditTrail: string[] };
    expect(auditTrail.at(-1)).toMatch(/administrator for garygeeke: create connector\/files-monitor$/);
  });

  test('is audited in all its parts', async () => {
    await egeria('post', `${adminBase}/organization-name?name=o`);
    await egeria('post', `${adminBase}/organization-name?name=o`);
    await configure();
    const { body } = await send('get', '/api/audit');
    const detail = { claimedUser: 'garygeeke' };
    expect(body.items).toMatchObject([
      { action: 'update', resource: 'service/files-integrator', detail },
      { action: 'update', resource: 'server/idaemon', detail: { ...detail, changed: ['organizationName'] } },
    ]);
    expect(body.total).toBe(2);
  });

  test('takes no password in a URL', async () => {
    const url = 'https://me:hunter2@here.example';
    const answers = [
      await egeria('post', `${adminBase}/server-url-root?url=${encodeURIComponent(url)}`),
      await egeria('post', files, { ...service([]), omagserverPlatformRootURL: url }),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ exceptionErrorMessageId: 'IDAEMON-EGERIA-400-003' });
    const kept = await daemon.database.rows('select * from egeria_setting');
    expect(JSON.stringify([answers, kept]) + daemon.logged.join()).not.toContain('hunter2');
  });

  test('goes back as it was read, after it was deleted', async () => {
    await configure([monitor()]);
    const { omagserverConfig } = await egeria('get', `${adminBase}/configuration`);
    expect(await egeria('delete', `${adminBase}/configuration`)).toEqual(done);
    expect(await egeria('delete', `${adminBase}/configuration`)).toEqual(done);
    expect((await send('get', '/api/connectors')).body.total).toBe(0);
    expect(await egeria('post', `${adminBase}/configuration`, omagserverConfig as Bean)).toEqual(done);
    expect(await configured()).toMatchObject({ config: { path: '/data/landing' } });
  });

  test.each([
    ['of another server', { localServerName: 'other' }, 'OMAG-ADMIN-400-002'],
    ['of another version', { versionId: 'V6.0' }, 'OMAG-ADMIN-400-023'],
    ['of another kind of server', { accessServicesConfig: [] }, 'OMAG-ADMIN-400-031'],
    ['with a password', { localServerPassword: 'hunter2' }, 'IDAEMON-EGERIA-501-001'],
    ['with page size 0', { maxPageSize: 0 }, 'OMAG-ADMIN-400-014'],
  ])('%s is refused', async (_, change, id) => {
    const document = { class: 'OMAGServerConfig', versionId: 'V2.0', localServerName: 'idaemon', ...change };
    const answer = await egeria('post', `${adminBase}/configuration`, document);
    expect(answer).toMatchObject({ exceptionErrorMessageId: id });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });
});

describe('the platform', () => {
  test.each([
    ['servers', 'servers'],
    ['servers/idaemon/is-known', 'isKnown'],
    ['servers/idaemon/status', 'serverStatus'],
    ['servers/idaemon/services', 'serverServices'],
    ['servers/idaemon/instance/status', 'instanceStatus'],
    ['registered-services/integration-services', 'registered'],
    [`connector-types/${filesMonitor}`, 'connectorType'],
  ])('answers %s with the members that Egeria has', async (path, shape) => {
    const answer = await egeria('get', `${platformBase}/${path}`);
    expect(membersOf(answer).sort()).toEqual(membersOf(shapeOf(shape)).sort());
  });

  test('starts and stops all connectors', async () => {
    await configure([monitor()]);
    const instance = `${platformBase}/servers/idaemon/instance`;
    expect(await egeria('delete', instance)).toEqual(done);
    expect(await egeria('delete', instance)).toEqual(done);
    expect((await configured()).wanted).toBe('stopped');
    const answer = await egeria('post', instance);
    expect(Object.keys(answer)).toEqual(Object.keys(shapeOf('started')));
    expect(answer.successMessage).toContain('Files Integrator OMIS');
    expect((await configured()).wanted).toBe('running');
  });

  test('starts and stops them at the older place, too, but for services that are disabled', async () => {
    const config = { ...service([monitor()]), integrationServiceURLMarker: 'files-integrator' };
    const disabled = { ...config, integrationServiceOperationalStatus: 'DISABLED' };
    await egeria('post', `${adminBase}/integration-services/configuration`, disabled);
    expect(await egeria('post', `${adminBase}/instance`)).toMatchObject({ relatedHTTPCode: 200 });
    expect((await configured()).wanted).toBe('stopped');
  });

  test('says what it does not do', async () => {
    expect(await egeria('delete', `${platformBase}/instance`)).toMatchObject({
      relatedHTTPCode: 501,
      exceptionErrorMessageId: 'IDAEMON-EGERIA-501-001',
    });
    expect(await egeria('post', `${adminBase}/server-user-password?password=hunter2`)).toMatchObject({
      relatedHTTPCode: 501,
    });
    expect(daemon.logged.join()).not.toContain('hunter2');
  });
});
