import { randomUUID } from 'node:crypto';
import {
  contentHash,
  gatewayMessages,
  instanceMessages,
  metadataMessages,
  NotFoundError,
  serviceMessages,
  SystemUnavailableError,
  toWireError,
  type Element,
  type ElementWrite,
} from '@idaemon/contracts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ConnectorRemovals } from '../commands/connector-removals.js';
import { frontDoorRoutes } from '../lineage/front-door.routes.js';
import { startDaemon, type DaemonApp } from '../testing/daemon-app.js';
import { folderDefinition, registerInstance } from '../testing/registered-service.js';
import { restClient } from '../testing/rest-client.js';

let daemon: DaemonApp;
let send: ReturnType<typeof restClient>;
const asked: Record<string, unknown[]> = {};
const guid = randomUUID();
const element: Element = {
  guid,
  type: 'DataFile',
  qualifiedName: 'CSVFile::orders.csv',
  displayName: 'orders.csv',
  properties: {},
  classifications: [],
  source: 'landing',
  version: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};
const at = { gateway: 'default' };
const page = <T>(...items: T[]) => ({ items, total: items.length, next: null });

function note(operation: string, request: unknown): void {
  (asked[operation] ??= []).push(request);
}

beforeAll(async () => {
  daemon = await startDaemon();
  send = restClient(daemon);
  await registerInstance(daemon.database, 'files-integrator', [folderDefinition]);
  const { messaging } = daemon;
  messaging.respond(metadataMessages.elements, at, async (request) => {
    note('elements', request);
    return page(element);
  });
  messaging.respond(metadataMessages.element, at, async (request) => {
    if (request.guid === guid) return element;
    throw new NotFoundError(`There is no element ${request.guid}`);
  });
  messaging.respond(metadataMessages.resolve, at, async (request) => {
    note('resolve', request);
    const { locator, qualifiedName } = request.element;
    const isKnown = locator?.name === 'shop.public.orders' || qualifiedName === 'OpenLineageJob::dbt::load';
    return { element: isKnown ? element : null };
  });
  messaging.respond(metadataMessages.lineage, at, async (request) => {
    note('lineage', request);
    return { elements: [], relationships: [], truncated: false };
  });
  messaging.respond(metadataMessages.replayDeadLetter, at, async (request) => {
    note('replay', request);
    return { result: { result: 'created' as const, guid } };
  });
  messaging.respond(gatewayMessages.removeConnector, at, async (request) => {
    note('remove', request);
    return { removed: 3 };
  });
  messaging.respond(gatewayMessages.runDifferences, at, async (request) => {
    note('differences', request);
    return page({ change: 'created', guid, type: 'DataFile', qualifiedName: 'CSVFile::orders.csv' });
  });
  messaging.respond(serviceMessages.test, { service: 'files-integrator' }, async () => ({
    error: toWireError(new SystemUnavailableError('The folder /data')),
    durationMs: 12,
  }));
});
afterAll(() => daemon.close());

describe('open metadata', () => {
  test('is asked of the gateway that is named, with the filters as the gateway takes them', async () => {
    const query = {
      type: 'Asset',
      source: 'landing',
      q: 'ord',
      pageSize: 5,
      locatorNamespace: 'file',
      locatorName: '/a',
    };
    const { body } = await send('get', '/api/metadata/elements', { query });
    expect(body.items).toEqual([element]);
    expect(asked.elements).toEqual([
      {
        type: 'Asset',
        source: 'landing',
        q: 'ord',
        pageSize: 5,
        locator: { namespace: 'file', name: '/a' },
        includePlaceholders: false,
      },
    ]);
    expect((await send('get', `/api/metadata/elements/${guid}`)).body).toEqual(element);
  });

  test('answers the errors of the gateway as they are', async () => {
    const other = randomUUID();
    const { body } = await send('get', `/api/metadata/elements/${other}`);
    expect(body).toMatchObject({ status: 404, code: 'not-found', detail: `There is no element ${other}` });
  });

  test('of an undeclared gateway is a 400, of one that is down a 503 that names it', async () => {
    const undeclared = await send('get', '/api/metadata/elements', { query: { gateway: 'nowhere' } });
    expect(undeclared.body).toMatchObject({
      status: 400,
      detail: 'The gateway nowhere is not declared (declared: default)',
      errors: [{ path: 'gateway', message: 'must be one of default' }],
    });
    await send('put', '/api/gateways/archive', {
      body: { kind: 'gateway', name: 'archive', schema: 'archive' },
    });
    const down = await send('get', '/api/metadata/elements', { query: { gateway: 'archive' } });
    expect(down.body).toMatchObject({ status: 503, code: 'system-unavailable' });
    expect(down.body.detail).toContain('archive');
    expect(down.headers['retry-after']).toBe('1');
    await send('delete', '/api/gateways/archive');
  });

  test('of lineage takes a guid, a locator or a name, and says when there is none', async () => {
    await send('get', '/api/metadata/lineage', { query: { guid, direction: 'upstream', depth: 3 } });
    expect(asked.lineage).toMatchObject([{ node: { guid }, direction: 'upstream', depth: 3, limit: 1000 }]);
    const nothing = await send('get', '/api/metadata/lineage');
    expect(nothing.body).toMatchObject({ status: 400, errors: [{ path: 'guid' }] });
    const half = await send('get', '/api/metadata/lineage', { query: { locatorName: 'x' } });
    expect(half.body).toMatchObject({ status: 400, errors: [{ path: 'locatorNamespace' }] });
    expect((await send('get', '/api/metadata/lineage', { query: { guid, depth: 99 } })).status).toBe(400);
  });

  test('of lineage takes the names that OpenLineage has for nodes', async () => {
    const ask = (node: string, more: object = {}) =>
      send('get', '/api/metadata/lineage', { query: { node, ...more } });
    await ask('dataset:postgresql://DB:shop.public.orders', { level: 'column', runs: 'true' });
    expect(asked.resolve).toContainEqual({
      element: {
        type: 'Referenceable',
        locator: { namespace: 'postgresql://DB', name: 'shop.public.orders' },
      },
    });
    expect(asked.lineage?.at(-1)).toMatchObject({ node: { guid }, level: 'column', includeRuns: true });
    expect((await ask('job:dbt:load')).status).toBe(200);
    expect((await ask('job:dbt:other')).body).toMatchObject({
      status: 404,
      detail: 'Nothing is known of job:dbt:other',
    });
  });
});

test('a dead letter is replayed as repaired, in the name of who asked', async () => {
  const repaired: ElementWrite = { type: 'DataFile', qualifiedName: 'a', properties: {} };
  expect(contentHash(repaired)).toHaveLength(22);
  const { body } = await send('post', '/api/dead-letters/7/replay', { body: { element: repaired } });
  expect(body).toEqual({ result: { result: 'created', guid } });
  expect(asked.replay).toEqual([{ id: '7', element: repaired, changedBy: 'administrator' }]);
  const audit = (await send('get', '/api/audit', { query: { kind: 'dead-letter' } })).body.items;
  expect(audit).toMatchObject([
    { action: 'replay', name: '7', detail: { isRepaired: true, result: 'created' } },
  ]);
});

test('a connection is tried by an instance of the service', async () => {
  const document = { name: 'x', service: 'files-integrator', connector: 'folder', config: { path: '/data' } };
  const { status, body } = await send('post', '/api/connectors/test', { body: document });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    error: { code: 'system-unavailable', message: 'The folder /data is unavailable' },
  });
  const wrong = await send('post', '/api/connectors/test', { body: { ...document, config: {} } });
  expect(wrong.body).toMatchObject({ status: 400, errors: [{ path: 'config.path' }] });
});

test('a connection of a service that runs nowhere is not tried, and the answer says what to start', async () => {
  const document = { name: 'x', service: 'topic-integrator', connector: 'kafka', config: {} };
  const { status, body } = await send('post', '/api/connectors/test', { body: document });
  expect(status).toBe(503);
  expect(body).toMatchObject({
    code: 'system-unavailable',
    detail: 'No instance of topic-integrator is running, so that none can try the connection',
  });
  expect(body.action).toMatch(/^Start topic-integrator, .*; then test again\.$/);
});

test('a deleted connector is forgotten by its gateway once its owner has let go', async () => {
  const document = {
    name: 'gone',
    service: 'files-integrator',
    connector: 'folder',
    config: { path: '/data' },
  };
  await send('put', '/api/connectors/gone', { body: document });
  await daemon.database.rows(
    `insert into ownership (connector, shard, epoch, instance_id) values ('gone', 0, 1, 'files-integrator-1')
     on conflict (connector, shard) do update set instance_id = 'files-integrator-1'`,
  );
  const deleted = await send('delete', '/api/connectors/gone', { query: { elements: 'remove' } });
  expect(deleted).toMatchObject({
    status: 202,
    body: { connector: 'gone', mode: 'removal', state: 'requested', requestedBy: 'administrator' },
  });
  const runId = deleted.body.id as string;
  expect(deleted.headers.location).toBe(`/api/connectors/gone/runs/${runId}`);
  const again = await send('delete', '/api/connectors/gone', { query: { elements: 'remove' } });
  expect([again.status, again.body.id]).toEqual([202, runId]);
  await daemon.app.get(ConnectorRemovals).finishAll();
  expect(asked.remove).toBeUndefined();
  await daemon.database.rows(`update ownership set instance_id = null where connector = 'gone'`);
  await vi.waitFor(() => expect(asked.remove).toHaveLength(1), 5_000);
  expect(asked.remove).toEqual([
    { connector: 'gone', elements: 'remove', changedBy: 'administrator', runId, limit: 2_000 },
  ]);
  await vi.waitFor(async () => {
    expect(await daemon.database.rows('select * from connector_removal')).toEqual([]);
  }, 5_000);
  const ended = await send('get', `/api/connectors/gone/runs/${runId}`);
  expect(ended.body).toMatchObject({ state: 'ended', outcome: 'succeeded', counts: { removed: 3 } });
  expect((await send('put', '/api/connectors/gone', { body: document })).status).toBe(201);
  await send('delete', '/api/connectors/gone');
});

describe('a run that has ended', () => {
  test('is answered with its first differences, which its gateway keeps', async () => {
    const id = randomUUID();
    await daemon.database.rows(
      `insert into run (id, connector, mode, trigger, state, outcome, gateway, ended_at)
       values ($1, 'landing', 'refresh', 'schedule', 'ended', 'succeeded', 'default', now())`,
      [id],
    );
    const path = `/api/connectors/landing/runs/${id}`;
    expect((await send('get', path)).body.differences).toMatchObject({
      total: 1,
      items: [{ change: 'created' }],
    });
    await send('get', `${path}/differences`, { query: { change: 'removed', pageSize: 10 } });
    expect(asked.differences?.at(-1)).toMatchObject({ runId: id, change: 'removed', pageSize: 10 });
  });

  test('is answered without differences while its gateway is away', async () => {
    const id = randomUUID();
    await daemon.database.rows(
      `insert into run (id, connector, mode, trigger, state, outcome, gateway, ended_at)
       values ($1, 'landing', 'refresh', 'schedule', 'ended', 'succeeded', 'away', now())`,
      [id],
    );
    const { status, body } = await send('get', `/api/connectors/landing/runs/${id}`);
    expect([status, body.differences]).toEqual([200, null]);
  });
});

describe('instances', () => {
  test('show with their services', async () => {
    const { body } = await send('get', '/api/services/files-integrator');
    expect(body).toMatchObject({ name: 'files-integrator', definitions: [{ name: 'folder' }] });
    const first = await send('get', '/api/services', { query: { pageSize: 7 } });
    const rest = await send('get', '/api/services', { query: { pageSize: 7, cursor: first.body.next } });
    const names = [first, rest].flatMap((one) =>
      (one.body.items as { name: string }[]).map(({ name }) => name),
    );
    expect([first.body.total, new Set(names).size, rest.body.next]).toEqual([12, 12, null]);
    expect((await send('get', '/api/services/files')).body).toMatchObject({ status: 404 });
  });

  test('take a log level, and it is seen who set it', async () => {
    const levels: string[] = [];
    daemon.messaging.respond(
      instanceMessages.logLevel,
      { instance: 'files-integrator-1' },
      async ({ level }) => {
        levels.push(level);
        return {};
      },
    );
    const set = await send('put', '/api/log-levels/files-integrator', { body: { level: 'debug' } });
    expect(set.body.items).toMatchObject([
      { instance: 'files-integrator-1', level: 'debug', changedBy: 'administrator' },
    ]);
    expect(levels).toEqual(['debug']);
    expect((await send('put', '/api/log-levels/nobody', { body: { level: 'debug' } })).status).toBe(404);
    expect((await send('put', '/api/log-levels/files-integrator', { body: { level: 'loud' } })).status).toBe(
      400,
    );
  });
});

describe('gateways', () => {
  test('are documents with revisions; one that is used cannot be deleted', async () => {
    expect((await send('get', '/api/gateways/default')).body).toMatchObject({
      backend: 'embedded',
      replicas: [],
    });
    const wrong = await send('post', '/api/gateways', { body: { name: 'b', backend: 'egreia' } });
    expect(wrong.body).toMatchObject({
      status: 400,
      errors: [{ path: 'backend', message: 'must be embedded' }],
    });
    const created = await send('post', '/api/gateways', { body: { name: 'b', schema: 'store_b' } });
    expect([created.status, created.headers.etag]).toEqual([201, '"1"']);
    expect((await send('post', '/api/gateways', { body: { name: 'b', schema: 'other' } })).status).toBe(409);
    expect((await send('get', '/api/gateways/b')).body).toMatchObject({ schema: 'store_b', revision: 1 });
    const stale = { body: { name: 'b', schema: 'other' }, headers: { 'if-match': '"7"' } };
    expect((await send('put', '/api/gateways/b', stale)).status).toBe(412);
    await send('put', '/api/connectors/user', {
      body: {
        name: 'user',
        service: 'files-integrator',
        connector: 'folder',
        config: { path: '/' },
        gateway: 'b',
      },
    });
    expect((await send('delete', '/api/gateways/b')).body).toMatchObject({
      status: 409,
      detail: 'The gateway b is used by user',
    });
    expect((await send('get', '/api/gateways')).body.total).toBe(2);
  });
});

test('every route of the HTTP server but the front door of lineage is in the OpenAPI document, and the other way round', async () => {
  const fastify = daemon.app.getHttpAdapter().getInstance() as {
    hasRoute: (route: { method: string; url: string }) => boolean;
    printRoutes: (options: { commonPrefix: boolean }) => string;
  };
  const { paths } = (await send('get', '/openapi.json')).body as {
    paths: Record<string, Record<string, unknown>>;
  };
  const declared = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  for (const one of declared) {
    const [method = '', path = ''] = one.split(' ');
    const url = path.replace(/\{(\w+)\}/g, ':$1');
    expect(fastify.hasRoute({ method, url }), one).toBe(true);
  }
  const printed = fastify.printRoutes({ commonPrefix: false });
  const registered = [...printed.matchAll(/\(([A-Z, ]+)\)/g)]
    .flatMap(([, methods = '']) => methods.split(', '))
    .filter((method) => method !== 'HEAD' && method !== 'OPTIONS');
  expect(registered.length - frontDoorRoutes.length).toBe(declared.length);
});
