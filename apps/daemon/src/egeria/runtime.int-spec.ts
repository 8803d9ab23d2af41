import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import request from 'supertest';
import { administratorToken, startDaemon, type DaemonApp } from '../testing/daemon-app.js';
import { egeriaClient, membersOf, runtimeBase, shapeOf, type Bean } from '../testing/egeria-client.js';
import { folderDefinition, registerInstance } from '../testing/registered-service.js';
import { restClient } from '../testing/rest-client.js';

let daemon: DaemonApp;
let send: ReturnType<typeof restClient>;
let egeria: ReturnType<typeof egeriaClient>;
const landing = {
  name: 'landing',
  service: 'files-integrator',
  connector: 'folder',
  config: { path: '/data', mode: 'fast' },
  schedule: { every: '10m' },
};

beforeAll(async () => {
  daemon = await startDaemon();
  send = restClient(daemon);
  egeria = egeriaClient(daemon);
  await registerInstance(daemon.database, 'files-integrator', [folderDefinition]);
});
afterAll(() => daemon.close());
beforeEach(async () => {
  await daemon.database.rows('delete from connector');
  await daemon.database.rows('delete from connector_removal');
  await daemon.database.rows('delete from ownership');
  await daemon.database.rows('delete from connector_status');
  await daemon.database.rows('delete from document_revision');
  await daemon.database.rows('delete from connector_group');
  await daemon.database.rows('delete from audit');
  await send('post', '/api/connectors', { body: landing });
});

/** Once the leader has given it to the instance. */
async function epochOfOwner(connector: string): Promise<string> {
  return vi.waitFor(async () => {
    const row = await daemon.database.row<{ epoch: string }>(
      'select epoch from ownership where connector = $1 and instance_id is not null',
      [connector],
    );
    if (!row) throw new Error(`Nobody owns ${connector}`);
    return row.epoch;
  });
}

/** The one report of a status. */
async function report(): Promise<Bean> {
  const { integrationDaemonStatus } = await egeria('get', `${runtimeBase}/status`);
  const { integrationConnectorReports } = integrationDaemonStatus as { integrationConnectorReports: Bean[] };
  return integrationConnectorReports[0] ?? {};
}

describe('the status of the daemon', () => {
  test('has the members that Egeria has', async () => {
    const answer = await egeria('get', `${runtimeBase}/status`);
    const own = membersOf(answer);
    // Nobody has run it yet, and the connection of a connector of ours has no name.
    const without = /connectorInstanceId|lastRefreshTime|connection\.qualifiedName/;
    expect(own).toEqual(
      expect.arrayContaining(membersOf(shapeOf('status')).filter((one) => !without.test(one))),
    );
  });

  test('shows a connector that came by another way, with what is the matter', async () => {
    expect(await report()).toMatchObject({
      connectorName: 'landing',
      // Not yet given to an instance, or not yet reported by it.
      connectorStatus: expect.stringMatching(/^INITIALIZ/) as unknown,
      minMinutesBetweenRefresh: 10,
      lastStatusChange: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/) as unknown,
      connection: {
        connectorType: { connectorProviderClassName: 'folder' },
        endpoint: { address: '/data' },
        configurationProperties: { mode: 'fast' },
      },
    });
  });

  test('says when the last refresh ended, and in which words it is', async () => {
    const epoch = await epochOfOwner('landing');
    const counts = { created: 2, updated: 0, removed: 0, unchanged: 0, failed: 0 };
    const lastRun = {
      ...{ id: '0b6a3c1e-5f0d-4b8e-8f5e-6f1f4a1f0a11', trigger: 'start', outcome: 'succeeded', counts },
      ...{ startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:01:00.000Z' },
    };
    await daemon.database.rows(
      `insert into connector_status (connector, shard, epoch, state, since, last_run)
       values ('landing', 0, $1, 'failed', now(), $2)`,
      [epoch, JSON.stringify(lastRun)],
    );
    expect(await report()).toMatchObject({
      connectorStatus: 'FAILED',
      lastRefreshTime: '2026-01-01T00:01:00.000+00:00',
      connectorInstanceId: expect.any(String) as unknown,
      statistics: { state: 'failed', outcome: 'succeeded', created: 2 },
    });
  });

  test('is there for newer tools, too, which name no user in the path', async () => {
    const path = '/servers/idaemon/open-metadata/integration-daemon/status?delegatingUserId=erin';
    await epochOfOwner('landing');
    expect(await egeria('get', path)).toEqual(await egeria('get', `${runtimeBase}/status`));
  });

  test('is by service and by group', async () => {
    await send('put', '/api/groups/nightly', { body: { members: ['landing'] } });
    const services = await egeria('get', `${runtimeBase}/integration-services/summary`);
    expect(Object.keys(services)).toEqual(Object.keys(shapeOf('serviceSummaries')));
    const { integrationGroupSummary } = await egeria(
      'get',
      `${runtimeBase}/integration-groups/nightly/summary`,
    );
    expect(integrationGroupSummary).toMatchObject({
      integrationGroupName: 'nightly',
      integrationGroupStatus: 'RUNNING',
      integrationConnectorReports: [{ connectorName: 'landing' }],
    });
    expect(await egeria('get', `${runtimeBase}/integration-groups/nightly/refresh-config`)).toEqual(
      shapeOf('refreshed'),
    );
  });
});

describe('a failure', () => {
  test.each([
    [
      'get',
      '/servers/nobody/open-metadata/integration-daemon/users/garygeeke/status',
      undefined,
      'unknownServer',
    ],
    [
      'get',
      `${runtimeBase}/integration-connectors/Nobody/configuration-properties`,
      undefined,
      'unknownConnector',
    ],
    ['post', `${runtimeBase}/integration-connectors/refresh`, { name: 'Nobody' }, 'refreshUnknown'],
    ['post', `${runtimeBase}/integration-services/no-such/refresh`, undefined, 'unknownService'],
    [
      'post',
      `${runtimeBase}/integration-services/files-integrator/refresh`,
      { name: 'Nobody' },
      'unknownInService',
    ],
    ['post', `${runtimeBase}/integration-connectors/configuration-properties`, {}, 'propertiesWithoutName'],
    ['get', `${runtimeBase}/integration-groups/nobody/summary`, undefined, 'unknownGroup'],
  ] as const)('of %s %s is told as Egeria tells it', async (verb, path, body, name) => {
    const answer = await egeria(verb, path, body);
    const shape = shapeOf(name);
    expect(Object.keys(answer).sort()).toEqual(Object.keys(shape).sort());
    for (const same of ['class', 'relatedHTTPCode', 'exceptionClassName', 'exceptionErrorMessageId']) {
      expect(answer[same], same).toBe(shape[same]);
    }
    expect(answer.exceptionErrorMessage).toMatch(new RegExp(`^${String(answer.exceptionErrorMessageId)} `));
  });

  test('for want of a token is one of HTTP', async () => {
    const answer = await request(daemon.server).get(`${runtimeBase}/status`);
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({
      relatedHTTPCode: 401,
      exceptionUserAction: expect.any(String) as unknown,
    });
  });

  test('for want of a role is one that clients know', async () => {
    const made = await send('post', '/api/tokens', { body: { name: 'reader', role: 'viewer' } });
    const viewer = egeriaClient(daemon, String(made.body.token));
    expect((await viewer('get', `${runtimeBase}/status`)).relatedHTTPCode).toBe(200);
    expect(await viewer('post', `${runtimeBase}/integration-connectors/refresh`)).toMatchObject({
      class: 'VoidResponse',
      relatedHTTPCode: 403,
      exceptionClassName: 'org.odpi.openmetadata.frameworks.connectors.ffdc.UserNotAuthorizedException',
    });
  });
});

describe('refresh and restart', () => {
  test('of one connector asks for a run; the audit names the token and whom it says it works for', async () => {
    expect(
      await egeria('post', `${runtimeBase}/integration-connectors/refresh`, { name: 'landing' }),
    ).toEqual(shapeOf('refreshed'));
    const runs = await send('get', '/api/connectors/landing/runs');
    expect(runs.body.items).toMatchObject([{ state: 'requested', requestedBy: 'administrator' }]);
    const audit = await send('get', '/api/audit', { query: { action: 'refresh' } });
    expect(audit.body.items).toMatchObject([
      { who: 'administrator', resource: 'connector/landing', detail: { claimedUser: 'garygeeke' } },
    ]);
  });

  test('of one that is paused is refused with the reason', async () => {
    await send('post', '/api/connectors/landing/pause');
    expect(
      await egeria('post', `${runtimeBase}/integration-connectors/refresh`, { name: 'landing' }),
    ).toMatchObject({
      relatedHTTPCode: 409,
      exceptionErrorMessage: expect.stringContaining('is paused') as unknown,
    });
  });

  test('of all names those that were passed over, and leaves them as they are', async () => {
    await send('post', '/api/connectors', { body: { ...landing, name: 'other' } });
    await send('post', '/api/connectors/landing/stop');
    const answer = await egeria('post', `${runtimeBase}/integration-services/files-integrator/restart`);
    expect(answer).toMatchObject({ relatedHTTPCode: 200 });
    expect(answer.actionDescription).toContain('landing is stopped');
    expect((await send('get', '/api/connectors/landing')).body.wanted).toBe('stopped');
  });

  test('by name starts one that was stopped', async () => {
    await send('post', '/api/connectors/landing/stop');
    await egeria('post', `${runtimeBase}/integration-connectors/restart`, { name: 'landing' });
    expect((await send('get', '/api/connectors/landing')).body.wanted).toBe('running');
  });

  test('of nothing is no error', async () => {
    await daemon.database.rows('delete from connector');
    expect(await egeria('post', `${runtimeBase}/integration-connectors/refresh`)).toEqual(
      shapeOf('refreshed'),
    );
  });
});

describe('configuration properties', () => {
  const path = `${runtimeBase}/integration-connectors/configuration-properties`;
  const read = () => egeria('get', `${runtimeBase}/integration-connectors/landing/configuration-properties`);
  const change = (body: object) => egeria('post', path, { connectorName: 'landing', ...body });

  test('are merged, replaced and cleared; each time the document has a new revision', async () => {
    expect(await change({ mergeUpdate: true, configurationProperties: { depth: 3 } })).toEqual(
      shapeOf('propertiesChanged'),
    );
    expect((await read()).properties).toEqual({ mode: 'fast', depth: 3 });
    await change({ mergeUpdate: 'false', configurationProperties: { depth: 4 } });
    expect((await read()).properties).toEqual({ depth: 4 });
    await change({});
    expect(await read()).toEqual({ class: 'PropertiesResponse', relatedHTTPCode: 200 });
    const { body } = await send('get', '/api/connectors/landing');
    expect(body).toMatchObject({ revision: 4, config: { path: '/data' }, schedule: { every: '10m' } });
  });

  test('that the definition does not have are refused, and nothing is changed', async () => {
    const answer = await change({ mergeUpdate: true, configurationProperties: { nonsense: 1 } });
    expect(answer).toMatchObject({ relatedHTTPCode: 400 });
    expect(answer.exceptionErrorMessage).toContain('nonsense');
    expect((await send('get', '/api/connectors/landing')).body.revision).toBe(1);
  });

  test('take a new address of the endpoint and a new connection', async () => {
    const newer = '/servers/idaemon/open-metadata/integration-daemon/integration-connectors/landing';
    await egeria('post', `${newer}/endpoint-network-address`, {
      class: 'StringRequestBody',
      string: '/elsewhere',
    });
    const config = async () => (await send('get', '/api/connectors/landing')).body.config;
    expect(await config()).toEqual({ path: '/elsewhere', mode: 'fast' });
    await egeria('post', `${newer}/connection`, {
      endpoint: { networkAddress: '/third' },
      configurationProperties: { depth: 2 },
    });
    expect(await config()).toEqual({ path: '/third', depth: 2 });
  });
});

describe('validate-connector', () => {
  const provider =
    'org.odpi.openmetadata.adapters.connectors.integration.basicfiles.DataFolderMonitorIntegrationProvider';
  const validate = (service: string, name: string) =>
    egeria(
      'get',
      `/servers/idaemon/open-metadata/integration-services/${service}/users/garygeeke/validate-connector/${name}`,
    );

  test('describes the counterpart of an Egeria connector', async () => {
    const answer = await validate('files-integrator', provider);
    expect(membersOf(answer)).toEqual(expect.arrayContaining(membersOf(shapeOf('validated'))));
    expect(answer.connectorReport).toMatchObject({
      connectorType: {
        connectorProviderClassName: provider,
        recognizedConfigurationProperties: ['depth', 'include', 'mode'],
      },
    });
  });

  test('takes the name of a definition', async () => {
    expect(await validate('files-integrator', 'folder')).toMatchObject({ relatedHTTPCode: 200 });
  });

  test.each([
    ['topic-integrator', provider, 'validatedByAnother'],
    ['files-integrator', 'no.such.Class', 'validateUnknown'],
  ])('of %s refuses %s as Egeria does', async (service, name, shape) => {
    const answer = await validate(service, name);
    const {
      class: answerClass,
      relatedHTTPCode,
      exceptionClassName,
      exceptionErrorMessageId,
    } = shapeOf(shape);
    expect(answer).toMatchObject({
      class: answerClass,
      relatedHTTPCode,
      exceptionClassName,
      exceptionErrorMessageId,
    });
  });

  test('needs a token', async () => {
    const { status } = await request(daemon.server)
      .get('/servers/idaemon/open-metadata/integration-daemon/validate-connector/folder')
      .set('authorization', `Bearer not-${administratorToken}`);
    expect(status).toBe(401);
  });
});
