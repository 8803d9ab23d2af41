import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Retention } from '../runs/retention.js';
import { startDaemon, type DaemonApp } from '../testing/daemon-app.js';
import { databaseDefinition, folderDefinition, registerInstance } from '../testing/registered-service.js';
import { restClient } from '../testing/rest-client.js';

let daemon: DaemonApp;
let send: ReturnType<typeof restClient>;
const landing = {
  name: 'landing',
  service: 'files-integrator',
  connector: 'folder',
  config: { path: '/data' },
};
const path = '/api/connectors/landing';

beforeAll(async () => {
  daemon = await startDaemon();
  send = restClient(daemon);
  await registerInstance(daemon.database, 'files-integrator', [folderDefinition]);
  await registerInstance(daemon.database, 'database-integrator', [databaseDefinition]);
});
afterAll(() => daemon.close());
beforeEach(async () => {
  await daemon.database.rows('delete from connector');
  await daemon.database.rows('delete from connector_removal');
  await daemon.database.rows(`delete from document_revision where kind = 'connector'`);
  await daemon.database.rows('delete from audit');
});

describe('a connector document', () => {
  test('is created once, answered as it was written, with its revision as entity tag', async () => {
    const created = await send('post', '/api/connectors', { body: landing });
    expect(created.status).toBe(201);
    expect(created.headers).toMatchObject({ etag: '"1"', location: path });
    expect(created.body).toMatchObject({
      ...landing,
      revision: 1,
      wanted: 'running',
      updatedBy: 'administrator',
    });
    expect(created.body.status).toMatchObject({ name: 'landing', wanted: 'running' });
    expect((await send('get', path)).headers.etag).toBe('"1"');
  });

  test('of a name that is taken is a conflict that says so', async () => {
    await send('post', '/api/connectors', { body: landing });
    const again = await send('post', '/api/connectors', { body: landing });
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({
      code: 'conflict',
      detail: 'The connector landing exists already, with revision 1',
      action: 'Choose another name, or change it with PUT /api/connectors/landing.',
    });
  });

  test('of one name created by many at once exists once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => send('post', '/api/connectors', { body: landing })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });

  test('that is applied again as it is makes no revision and no audit entry', async () => {
    expect((await send('put', path, { body: landing })).status).toBe(201);
    const again = await send('put', path, { body: { ...landing, removal: { maxPercent: 5 } } });
    expect([again.status, again.body.revision]).toEqual([200, 1]);
    expect((await send('get', '/api/audit')).body.total).toBe(1);
    expect((await send('get', `${path}/revisions`)).body.total).toBe(1);
  });

  test('as GET answers it can be sent back', async () => {
    await send('put', path, { body: landing });
    const { body } = await send('get', path);
    const again = await send('put', path, { body });
    expect([again.status, again.body.revision]).toEqual([200, 1]);
  });

  test('that changes gets a revision and an audit entry that names who and what, never values', async () => {
    await send('put', path, { body: landing });
    const changed = await send('put', path, { body: { ...landing, config: { path: '/other' } } });
    expect([changed.status, changed.body.revision, changed.headers.etag]).toEqual([200, 2, '"2"']);
    const [entry] = (await send('get', '/api/audit', { query: { name: 'landing' } })).body.items as object[];
    expect(entry).toMatchObject({
      who: 'administrator',
      action: 'update',
      resource: 'connector/landing',
      revision: 2,
      detail: { changed: ['config'] },
    });
    const revisions = (await send('get', `${path}/revisions`)).body.items as { document: object }[];
    expect(revisions.map(({ document }) => document)).toMatchObject([
      { config: { path: '/other' } },
      { config: { path: '/data' } },
    ]);
    expect((await send('get', `${path}/revisions/1`)).body).toMatchObject({ change: 'created', revision: 1 });
  });

  test('keeps the wanted state when it is applied again: initialState counts at creation only', async () => {
    const paused = await send('put', path, { body: { ...landing, initialState: 'paused' } });
    expect(paused.body.wanted).toBe('paused');
    await send('post', `${path}/resume`);
    const again = await send('put', path, { body: { ...landing, initialState: 'paused' } });
    expect([again.body.wanted, again.body.revision]).toEqual(['running', 1]);
    await send('post', `${path}/pause`);
    const changed = await send('put', path, { body: { ...landing, initialState: 'running' } });
    expect([changed.body.wanted, changed.body.revision]).toEqual(['paused', 2]);
  });
});

describe('a change on condition', () => {
  test('of an older revision is refused, naming both, and changes nothing', async () => {
    await send('put', path, { body: landing });
    await send('put', path, { body: { ...landing, description: 'two' } });
    for (const [verb, body] of [
      ['put', landing],
      ['patch', { description: 'three' }],
      ['delete', undefined],
    ] as const) {
      const stale = await send(verb, path, { body, headers: { 'if-match': '"1"' } });
      expect(stale.status).toBe(412);
      expect(stale.body).toMatchObject({
        code: 'revision-conflict',
        detail: 'The connector landing has revision 2, and the change was made for revision 1',
      });
    }
    expect((await send('get', path)).body).toMatchObject({ revision: 2, description: 'two' });
  });

  test('of the newest revision is made', async () => {
    await send('put', path, { body: landing });
    const body = { ...landing, description: 'two' };
    expect((await send('put', path, { body, headers: { 'if-match': '"1"' } })).status).toBe(200);
    expect((await send('delete', path, { headers: { 'if-match': '"2"' } })).status).toBe(204);
  });

  test('that it exists, or that it does not, is held', async () => {
    expect((await send('put', path, { body: landing, headers: { 'if-match': '*' } })).status).toBe(412);
    expect((await send('put', path, { body: landing, headers: { 'if-none-match': '*' } })).status).toBe(201);
    expect((await send('put', path, { body: landing, headers: { 'if-none-match': '*' } })).status).toBe(412);
    const nonsense = await send('put', path, { body: landing, headers: { 'if-match': '"abc"' } });
    expect([nonsense.status, nonsense.body.code]).toEqual([400, 'request-invalid']);
  });

  test('by many at once on one revision succeeds once', async () => {
    await send('put', path, { body: landing });
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) =>
        send('put', path, { body: { ...landing, description: `by ${i}` }, headers: { 'if-match': '"1"' } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
  });
});

describe('a patch', () => {
  test('merges: null removes a key, objects are merged, the rest is kept', async () => {
    await send('put', path, { body: { ...landing, description: 'old', schedule: { every: '1m' } } });
    const patched = await send('patch', path, {
      body: { description: null, config: { depth: 3 } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({ config: { path: '/data', depth: 3 }, schedule: { every: '1m' } });
    expect(patched.body).not.toHaveProperty('description');
  });

  test('is checked as a whole document', async () => {
    await send('put', path, { body: landing });
    const wrong = await send('patch', path, { body: { config: { path: null } } });
    expect([wrong.status, wrong.body.errors]).toEqual([
      400,
      [{ path: 'config.path', message: 'is required: a string (The folder to read.)' }],
    ]);
    expect((await send('patch', path, { body: { name: 'other' } })).status).toBe(400);
    expect((await send('patch', '/api/connectors/nobody', { body: {} })).status).toBe(404);
  });

  test('loses nothing when several patch different keys at once', async () => {
    await send('put', path, { body: landing });
    await Promise.all([
      send('patch', path, { body: { description: 'a' } }),
      send('patch', path, { body: { config: { depth: 2 } } }),
      send('patch', path, { body: { schedule: { every: '5m' } } }),
    ]);
    expect((await send('get', path)).body).toMatchObject({
      description: 'a',
      config: { path: '/data', depth: 2 },
      schedule: { every: '5m' },
      revision: 4,
    });
  });
});

test('a service that nobody has seen yet takes documents, and the status says what is missing', async () => {
  const early = { name: 'early', service: 'topic-integrator', connector: 'kafka', config: { topics: ['a'] } };
  expect((await send('put', '/api/connectors/early', { body: early })).status).toBe(201);
  expect((await send('get', '/api/connectors/early/status')).body).toMatchObject({
    state: 'unassigned',
    error: { message: 'No instance of topic-integrator is running' },
  });
  const { body } = await send('post', '/api/connectors/validate', { body: early });
  expect(body).toMatchObject({
    errors: [],
    warnings: [expect.stringContaining('No instance of topic-integrator')],
  });
});

test('validate answers the errors of any document and saves nothing', async () => {
  const wrong = await send('post', '/api/connectors/validate', { body: { ...landing, config: {} } });
  expect([wrong.status, wrong.body.errors]).toEqual([
    200,
    [{ path: 'config.path', message: 'is required: a string (The folder to read.)' }],
  ]);
  const gateway = await send('post', '/api/connectors/validate', {
    body: { kind: 'gateway', name: 'x', schema: 'A' },
  });
  expect((gateway.body.errors as { path: string }[])[0]?.path).toBe('schema');
  expect((await send('get', '/api/connectors')).body.total).toBe(0);
});

test('revisions of what was deleted and definitions that were replaced are forgotten after their time', async () => {
  await send('put', path, { body: landing });
  await send('put', '/api/connectors/gone', { body: { ...landing, name: 'gone' } });
  await send('delete', '/api/connectors/gone');
  const old = { ...folderDefinition, version: '0.9.0' };
  await registerInstance(daemon.database, 'files-integrator', [old], 'files-integrator-old');
  await daemon.database.rows(`delete from instance where id = 'files-integrator-old'`);
  await daemon.database.rows(`update document_revision set created_at = created_at - interval '401 days'`);
  await daemon.database.rows(
    `update definition set last_seen_at = now() - case document->>'version' when '0.9.0' then 402 else 401 end
       * interval '1 day'`,
  );
  await daemon.app.get(Retention, { strict: false }).prune(AbortSignal.timeout(10_000));
  expect(await daemon.database.rows('select distinct name from document_revision order by name')).toEqual([
    { name: 'default' },
    { name: 'landing' },
  ]);
  expect(
    await daemon.database.rows(
      `select document->>'version' as version from definition order by service, name`,
    ),
  ).toEqual([{ version: '1.0.0' }, { version: '1.0.0' }]);
});
