import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { administratorToken, startDaemon, type DaemonApp } from '../testing/daemon-app.js';
import { restClient } from '../testing/rest-client.js';

let daemon: DaemonApp;
let send: ReturnType<typeof restClient>;

beforeAll(async () => {
  daemon = await startDaemon();
  send = restClient(daemon);
});
afterAll(() => daemon.close());

const json = { 'content-type': 'application/json' };

describe('a request that cannot be served', () => {
  test('of a path that is none is a 404 problem, of a method that is none a 405 one with Allow', async () => {
    const nowhere = await send('get', '/api/conectors');
    expect(nowhere.body).toMatchObject({
      status: 404,
      code: 'not-found',
      detail: 'There is nothing at /api/conectors',
    });
    const wrong = await send('delete', '/api/connectors');
    expect(wrong.status).toBe(405);
    expect(wrong.headers.allow).toBe('GET, POST');
    expect(wrong.body).toMatchObject({
      code: 'method-not-allowed',
      detail: '/api/connectors does not take DELETE, it takes GET, POST',
    });
  });

  test('with malformed JSON is told where it goes wrong, without its text', async () => {
    const body = '{\n  "name": "a",\n  "config": { "password": hunter2 }\n}';
    const { status, body: problem } = await send('post', '/api/connectors', { body, headers: json });
    expect([status, problem.detail]).toEqual([
      400,
      'The body is not valid JSON: invalid symbol at line 3, column 27',
    ]);
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  test('with keys that reach into prototypes is refused', async () => {
    const body = '{"name":"a","__proto__":{"isAdmin":true}}';
    const { status, body: problem } = await send('post', '/api/connectors', { body, headers: json });
    expect([status, problem.code]).toEqual([400, 'request-invalid']);
  });

  test('that is nested without end is refused', async () => {
    const body = `{"name":"a","config":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const { status, body: problem } = await send('post', '/api/connectors', { body, headers: json });
    expect([status, problem.detail]).toEqual([400, 'The body is nested deeper than 64 levels']);
  });

  test('with characters that cannot be stored says where they are', async () => {
    expect((await send('get', '/api/connectors/a%00b')).body).toMatchObject({
      status: 400,
      errors: [{ path: 'name' }],
    });
    const body = '{"name":"a","config":{"path":["\\ud800"]}}';
    const { status, body: problem } = await send('post', '/api/connectors', { body, headers: json });
    expect([status, (problem.errors as { path: string }[])[0]?.path]).toEqual([400, 'config.path.0']);
  });

  test('with a body over 1 MiB is a 413, with another type than JSON a 415', async () => {
    const large = await send('post', '/api/connectors', {
      body: JSON.stringify({ name: 'a', description: 'x'.repeat(1024 * 1024) }),
      headers: json,
    });
    expect(large.body).toMatchObject({
      status: 413,
      code: 'payload-too-large',
      detail: 'The body that was sent to /api/connectors is larger than 1 MiB',
    });
    const yaml = await send('post', '/api/connectors', {
      body: 'name: a',
      headers: { 'content-type': 'application/yaml' },
    });
    expect(yaml.body).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    const bare = await send('post', '/api/connectors');
    expect(bare.body).toMatchObject({ status: 400, code: 'configuration-invalid' });
    expect(bare.body.detail).toContain('must be a connector document (an object), not nothing');
  });

  test('with a wrong query names the parameter and what is accepted', async () => {
    const { body } = await send('get', '/api/connectors', {
      query: { pagesize: 5, state: 'asleep', wanted: 'running' },
    });
    expect(body).toMatchObject({ status: 400, code: 'request-invalid' });
    const errors = body.errors as { path: string; message: string }[];
    expect(Object.fromEntries(errors.map(({ path, message }) => [path, message]))).toEqual({
      pagesize: expect.stringContaining('is not known; did you mean pageSize?') as string,
      state: 'must be one of unassigned, starting, running, waiting, paused, stopped, failed, stuck',
    });
    expect((await send('get', '/api/connectors', { query: { cursor: 'made-up' } })).body).toMatchObject({
      status: 400,
      action: 'Begin again without a cursor.',
    });
    expect((await send('get', '/api/connectors', { query: { pageSize: 0 } })).status).toBe(400);
  });
});

test('answers are for the asker alone: not cached, not framed, not shared with other sites', async () => {
  const { headers } = await send('get', '/api/connectors', {
    headers: { origin: 'https://elsewhere.example' },
  });
  expect(headers).toMatchObject({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  });
  expect(headers).not.toHaveProperty('access-control-allow-origin');
  expect(headers).not.toHaveProperty('x-powered-by');
});

test('requests are counted by operation, never by the path that was asked for', async () => {
  await send('get', '/api/connectors/some-name');
  await send('get', '/api/nothing-here');
  const count = (operation: string) =>
    `idaemon_daemon_request_duration_seconds_count{app="daemon",operation="${operation}",outcome="refused"}`;
  await vi.waitFor(async () => expect(await daemon.metrics.render()).toContain(count('none')));
  const text = await daemon.metrics.render();
  expect(text).toContain(count('getConnector'));
  expect(text).not.toMatch(/some-name|nothing-here/);
});

describe('access', () => {
  test('needs a token that is known, and only the OpenAPI document needs none', async () => {
    const without = await send('get', '/api/connectors', { token: null });
    expect(without.status).toBe(401);
    expect(without.headers['www-authenticate']).toBe('Bearer realm="idaemon"');
    const wrong = await send('get', '/api/connectors', { token: 'not-the-token' });
    expect(wrong.body).toMatchObject({
      status: 401,
      code: 'authentication-required',
      detail: 'The bearer token is unknown, expired or revoked',
    });
    expect((await send('get', '/openapi.json', { token: null })).status).toBe(200);
  });

  test('goes by role: viewers read, operators steer, administrators configure', async () => {
    const token = async (role: string) =>
      (await send('post', '/api/tokens', { body: { name: `a ${role}`, role } })).body.token as string;
    const [viewer, operator] = [await token('viewer'), await token('operator')];
    const document = { name: 'x', service: 'files-integrator', connector: 'folder' };

    expect((await send('get', '/api/connectors', { token: viewer })).status).toBe(200);
    const refused = await send('post', '/api/connectors/x/refresh', { token: viewer });
    expect(refused.body).toMatchObject({
      status: 403,
      code: 'not-authorized',
      detail:
        'The token a viewer has the role viewer, and POST /api/connectors/x/refresh needs the role operator',
    });
    expect((await send('post', '/api/connectors/x/refresh', { token: operator })).status).toBe(404);
    expect((await send('post', '/api/connectors', { token: operator, body: document })).status).toBe(403);
    expect((await send('get', '/api/tokens', { token: operator })).status).toBe(403);
  });

  test('by a token that was revoked or has expired ends at once', async () => {
    const made = await send('post', '/api/tokens', { body: { name: 'short', role: 'viewer' } });
    const { id, token } = made.body as { id: string; token: string };
    expect((await send('get', '/api/connectors', { token })).status).toBe(200);
    expect((await send('delete', `/api/tokens/${id}`)).status).toBe(204);
    expect((await send('get', '/api/connectors', { token })).status).toBe(401);
    const past = { name: 'past', role: 'viewer', expiresAt: '2020-01-01T00:00:00Z' };
    const expired = (await send('post', '/api/tokens', { body: past })).body.token as string;
    expect((await send('get', '/api/connectors', { token: expired })).status).toBe(401);
  });

  test('keeps hashes only: neither database nor lists hold a token', async () => {
    const { token } = (await send('post', '/api/tokens', { body: { name: 'hidden', role: 'viewer' } })).body;
    const rows = await daemon.database.rows<{ text: string }>(
      `select t::text as text from token t union all select a::text from audit a`,
    );
    const listed = JSON.stringify((await send('get', '/api/tokens')).body);
    for (const text of [listed, ...rows.map((row) => row.text)]) {
      expect(text).not.toContain(token);
      expect(text).not.toContain(administratorToken);
    }
    expect((await send('post', '/api/tokens', { body: { name: 'hidden', role: 'viewer' } })).status).toBe(
      409,
    );
  });

  test('cannot be lost: the last token of an administrator stays', async () => {
    const { items } = (await send('get', '/api/tokens')).body as { items: { id: string; role: string }[] };
    const administrators = items.filter(({ role }) => role === 'administrator');
    expect(administrators).toHaveLength(1);
    const kept = await send('delete', `/api/tokens/${administrators[0]?.id}`);
    expect(kept.body).toMatchObject({
      status: 409,
      action: 'First create another token with the role administrator.',
    });
    expect((await send('get', '/api/tokens')).status).toBe(200);
  });

  test('makes an address wait that tries one token after the other, but not the valid tokens that come from there', async () => {
    const answers: number[] = [];
    for (let i = 0; i < 22; i++)
      answers.push((await send('get', '/api/audit', { token: `guess-${i}` })).status);
    expect(answers.slice(0, 15)).toEqual(Array.from({ length: 15 }, () => 401));
    const { status, headers, body } = await send('get', '/api/audit', { token: 'another-guess' });
    expect([status, body.code]).toEqual([429, 'too-many-attempts']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect((await send('get', '/api/audit')).status).toBe(200);
  });
});

describe('the first administrator', () => {
  test('gets a token that was made once, readable by its owner only, when none is given', async () => {
    const first = await startDaemon({ environment: { IDAEMON_TOKEN: undefined } });
    const file = join(first.home, 'token');
    const token = (await readFile(file, 'utf8')).trim();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(token.length).toBeGreaterThan(40);
    expect(first.logged.join('')).not.toContain(token);
    const get = (server: DaemonApp['server']) =>
      request(server).get('/api/tokens').set('authorization', `Bearer ${token}`);
    expect((await get(first.server)).status).toBe(200);

    const second = await startDaemon({ environment: { IDAEMON_TOKEN: undefined }, replicaOf: first });
    await expect(readFile(join(second.home, 'token'))).rejects.toThrow('ENOENT');
    expect((await get(second.server)).status).toBe(200);
    await second.close();
    await first.close();
  });

  test('gets another token when the environment gives another', async () => {
    const first = await startDaemon();
    const other = 'another-token-of-16';
    const second = await startDaemon({ environment: { IDAEMON_TOKEN: other }, replicaOf: first });
    const status = async (token: string) =>
      (await restClient(second)('get', '/api/tokens', { token })).status;
    expect([await status(administratorToken), await status(other)]).toEqual([401, 200]);
    await second.close();
    await first.close();
  });
});
