import { randomUUID } from 'node:crypto';
import { events } from '@idaemon/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startDaemon, type DaemonApp } from '../testing/daemon-app.js';
import { folderDefinition, registerInstance } from '../testing/registered-service.js';
import { restClient } from '../testing/rest-client.js';

let daemon: DaemonApp;
let send: ReturnType<typeof restClient>;
const connector = (name: string, more: object = {}) => ({
  name,
  service: 'files-integrator',
  connector: 'folder',
  config: { path: '/data' },
  ...more,
});
const base = '/api/connectors/landing';

beforeAll(async () => {
  daemon = await startDaemon();
  send = restClient(daemon);
  const listener = { ...folderDefinition, name: 'listener', triggers: ['engage' as const] };
  await registerInstance(daemon.database, 'files-integrator', [folderDefinition, listener]);
});
afterAll(() => daemon.close());
beforeEach(async () => {
  for (const table of [
    'run',
    'connector',
    'document_revision',
    'connector_removal',
    'connector_group',
    'ownership',
    'audit',
  ]) {
    await daemon.database.rows(`delete from ${table}`);
  }
  await send('put', base, { body: connector('landing') });
});

async function endedRun(outcome: string, held: number, mode = 'refresh'): Promise<string> {
  const id = randomUUID();
  await daemon.database.rows(
    `insert into run (id, connector, mode, trigger, state, outcome, held_removals, started_at, ended_at)
     values ($1, 'landing', $2, 'schedule', 'ended', $3, $4, now(), now())`,
    [id, mode, outcome, held],
  );
  return id;
}

describe('the wanted state', () => {
  test('follows the verbs, answered with the status, without a new revision', async () => {
    for (const [verb, wanted] of [
      ['pause', 'paused'],
      ['resume', 'running'],
      ['stop', 'stopped'],
      ['start', 'running'],
      ['start', 'running'],
    ] as const) {
      const { status, body } = await send('post', `${base}/${verb}`);
      expect([status, body.wanted, body.name]).toEqual([202, wanted, 'landing']);
    }
    expect((await send('get', base)).body.revision).toBe(1);
    const audit = (await send('get', '/api/audit', { query: { name: 'landing', pageSize: 4 } })).body;
    expect((audit.items as { action: string }[]).map(({ action }) => action)).toEqual([
      'start',
      'stop',
      'resume',
      'pause',
    ]);
  });

  test('cannot go everywhere, and the answer says why and what to do', async () => {
    await send('post', `${base}/stop`);
    for (const verb of ['pause', 'resume', 'restart', 'refresh', 'plan', 'approve']) {
      const { status, body } = await send('post', `${base}/${verb}`);
      expect([status, body.code]).toEqual([409, 'conflict']);
      expect(body.detail).toContain('landing is stopped');
      expect(body.action).toContain('/api/connectors/landing/start');
    }
    await send('post', `${base}/start`);
    await send('post', `${base}/pause`);
    expect((await send('post', `${base}/refresh`)).body.action).toContain('/api/connectors/landing/resume');
    expect((await send('post', `${base}/restart`)).status).toBe(409);
    expect((await send('post', '/api/connectors/nobody/start')).status).toBe(404);
  });

  test('reaches the owner and the leader at once', async () => {
    await daemon.database.rows(
      `insert into ownership (connector, shard, epoch, instance_id) values ('landing', 0, 1, 'owner-1')
       on conflict (connector, shard) do update set instance_id = 'owner-1'`,
    );
    // Once by the command itself, and perhaps again by the leader, who looks at the same time.
    const heard = new Promise<string>((resolve) => {
      const instance = 'owner-1';
      daemon.messaging.subscribe(events.instanceWake, { instance }, () => resolve(instance));
    });
    await send('post', `${base}/pause`);
    expect(await heard).toBe('owner-1');
  });
});

describe('a run that is asked for', () => {
  test('is a row before it is answered', async () => {
    const { status, body } = await send('post', `${base}/refresh`);
    expect(status).toBe(202);
    expect(body).toMatchObject({
      connector: 'landing',
      mode: 'refresh',
      trigger: 'request',
      state: 'requested',
      requestedBy: 'administrator',
    });
    const stored = await send('get', `${base}/runs/${String(body.id)}`);
    expect(stored.body).toMatchObject({ id: body.id, state: 'requested', differences: null });
    expect((await send('get', `${base}/runs`)).body).toMatchObject({ total: 1, next: null });
  });

  test('may be a plan', async () => {
    expect((await send('post', `${base}/plan`, { body: {} })).body).toMatchObject({
      mode: 'plan',
      state: 'requested',
    });
  });

  test('is impossible for a connector that only listens', async () => {
    await send('put', '/api/connectors/ears', { body: connector('ears', { connector: 'listener' }) });
    const { status, body } = await send('post', '/api/connectors/ears/refresh');
    expect([status, body.detail]).toEqual([
      409,
      'ears has no refresh: the connector listener only reacts to events',
    ]);
  });

  test('is not found under the name of another connector', async () => {
    const { id } = (await send('post', `${base}/refresh`)).body;
    await send('put', '/api/connectors/other', { body: connector('other') });
    expect((await send('get', `/api/connectors/other/runs/${String(id)}`)).status).toBe(404);
    expect((await send('get', `/api/connectors/nobody/runs`)).status).toBe(404);
    expect((await send('get', `${base}/runs/not-a-uuid`)).body).toMatchObject({
      status: 400,
      code: 'request-invalid',
    });
  });
});

describe('an approval', () => {
  test('is of the newest refresh that waits, or of the one that is named', async () => {
    const first = await endedRun('waiting-for-approval', 12);
    const newest = await endedRun('waiting-for-approval', 30);
    expect((await send('post', `${base}/approve`)).body).toMatchObject({ approves: newest, mode: 'refresh' });
    expect((await send('post', `${base}/approve`, { body: { run: first } })).body.approves).toBe(first);
  });

  test('of a run that holds nothing, of a plan or of nothing at all is impossible', async () => {
    const nothing = await send('post', `${base}/approve`);
    expect([nothing.status, nothing.body.detail]).toEqual([
      409,
      'landing has no removals that wait: its last refresh held nothing back',
    ]);
    const done = await endedRun('succeeded', 0);
    expect((await send('post', `${base}/approve`, { body: { run: done } })).body).toMatchObject({
      status: 409,
      detail: `The run ${done} holds nothing that could be approved: it held no removals back`,
    });
    const planned = await endedRun('succeeded', 5, 'plan');
    expect((await send('post', `${base}/approve`, { body: { run: planned } })).body.detail).toContain(
      'it was a plan',
    );
    expect((await send('post', `${base}/approve`, { body: { run: randomUUID() } })).status).toBe(404);
    expect((await send('post', `${base}/approve`, { body: { runId: done } })).body).toMatchObject({
      status: 400,
    });
  });

  test('is made once', async () => {
    const waiting = await endedRun('waiting-for-approval', 12);
    await send('post', `${base}/approve`);
    const again = await send('post', `${base}/approve`);
    expect(again.status).toBe(409);
    expect(again.body.detail).toContain(`The run ${waiting} is approved already`);
  });
});

describe('a deleted connector', () => {
  test('is gone at once, with its history kept', async () => {
    expect((await send('delete', base)).status).toBe(204);
    expect((await send('get', base)).body).toMatchObject({
      status: 404,
      detail: 'There is no connector landing',
    });
    expect((await send('get', `${base}/revisions`)).body).toMatchObject({
      items: [{ revision: 2, change: 'deleted' }, { revision: 1 }],
    });
    expect((await send('delete', base)).status).toBe(404);
  });

  test('may be made again at once when its elements are kept; revisions go on', async () => {
    await send('delete', base);
    const again = await send('put', base, { body: connector('landing') });
    expect([again.status, again.body.revision]).toEqual([201, 3]);
  });

  test('keeps its name while its elements are being removed', async () => {
    expect((await send('delete', base, { query: { elements: 'remove' } })).status).toBe(202);
    const again = await send('put', base, { body: connector('landing') });
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
    expect(again.body.detail).toContain('still being deleted');
    expect((await send('delete', base, { query: { elements: 'burn' } })).status).toBe(400);
  });
});

describe('a list of connectors', () => {
  beforeEach(async () => {
    for (const name of ['b', 'c', 'd']) {
      await send('put', `/api/connectors/${name}`, { body: connector(name, { initialState: 'stopped' }) });
    }
  });

  test('comes in pages by name, complete whatever the size of a page', async () => {
    const names: string[] = [];
    let cursor: unknown;
    do {
      const { body } = await send('get', '/api/connectors', {
        query: { pageSize: 3, ...(cursor ? { cursor } : {}) },
      });
      expect(body.total).toBe(4);
      names.push(...(body.items as { name: string }[]).map(({ name }) => name));
      cursor = body.next;
    } while (cursor);
    expect(names).toEqual(['b', 'c', 'd', 'landing']);
  });

  test('can be narrowed by state, wanted state, service, group and text', async () => {
    await send('put', '/api/groups/some', { body: { members: ['b', 'landing'] } });
    const names = async (query: Record<string, string>) => {
      const { body } = await send('get', '/api/connectors', { query });
      return (body.items as { name: string }[]).map(({ name }) => name).join();
    };
    expect(await names({ state: 'stopped' })).toBe('b,c,d');
    expect(await names({ wanted: 'running' })).toBe('landing');
    expect(await names({ service: 'topic-integrator' })).toBe('');
    expect(await names({ group: 'some' })).toBe('b,landing');
    expect(await names({ group: 'some', state: 'stopped' })).toBe('b');
    expect(await names({ q: 'and' })).toBe('landing');
    expect(await names({ q: '%' })).toBe('');
  });
});

describe('a group', () => {
  test('steers its members together; what one cannot do does not keep the others from it', async () => {
    await send('put', '/api/connectors/still', { body: connector('still', { initialState: 'stopped' }) });
    const created = await send('post', '/api/groups', {
      body: { name: 'all', members: ['landing', 'still'] },
    });
    expect([created.status, created.headers.location]).toEqual([201, '/api/groups/all']);
    const paused = await send('post', '/api/groups/all/pause');
    expect(paused.status).toBe(202);
    expect(paused.body.items).toMatchObject([
      { name: 'landing', error: null, status: { wanted: 'paused' } },
      { name: 'still', error: { code: 'conflict' }, status: { wanted: 'stopped' } },
    ]);
    expect((await send('post', '/api/groups/all/start')).body.items).toMatchObject([
      { status: { wanted: 'running' } },
      { status: { wanted: 'running' } },
    ]);
    const refreshed = (await send('post', '/api/groups/all/refresh')).body.items as {
      run: { state: string };
    }[];
    expect(refreshed.map(({ run }) => run.state)).toEqual(['requested', 'requested']);
  });

  test('has existing connectors only, and loses those that are deleted', async () => {
    const wrong = await send('put', '/api/groups/g', { body: { members: ['landing', 'nobody'] } });
    expect(wrong.body).toMatchObject({
      status: 400,
      errors: [{ path: 'members', message: 'names nobody, which is no connector' }],
    });
    expect((await send('put', '/api/groups/g', { body: { members: ['landing'] } })).status).toBe(201);
    expect((await send('post', '/api/groups', { body: { name: 'g' } })).status).toBe(409);
    await send('delete', base);
    expect((await send('get', '/api/groups/g')).body.members).toEqual([]);
    expect((await send('delete', '/api/groups/g')).status).toBe(204);
    expect((await send('get', '/api/groups/g')).status).toBe(404);
  });
});
