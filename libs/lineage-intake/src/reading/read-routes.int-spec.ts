import { hash } from 'node:crypto';
import { fastify, type FastifyInstance } from 'fastify';
import { SystemUnavailableError } from '@idaemon/contracts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { foldAll } from '../testing/fold-all.js';
import { lineageStore, type LineageStore } from '../testing/lineage-store.js';
import { MarquezReads } from './marquez-reads.js';
import { addReadRoutes } from './read-routes.js';
import { Readers } from './readers.js';

let store: LineageStore;

beforeAll(async () => {
  store = await lineageStore();
  await store.log({
    eventTime: '2026-11-21T10:00:00Z',
    dataset: { namespace: 's3://lake', name: 'raw/orders.csv' },
  });
  await foldAll(store);
});
afterAll(() => store.drop());

/** The routes, with a daemon that knows one token. */
async function server({ isOpen = false } = {}) {
  let nowMs = 0;
  let isAway = false;
  let validHash = hash('sha256', 'good', 'hex');
  const asked: string[] = [];
  const request = async (_message: unknown, _at: unknown, payload: { hash: string }) => {
    asked.push(payload.hash);
    if (isAway) throw new SystemUnavailableError('The daemon');
    return { owner: payload.hash === validHash ? { name: 'ann', role: 'viewer' } : null };
  };
  const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => undefined };
  const app: FastifyInstance = fastify();
  const readers = new Readers({ messaging: { request } as never, clock, isOpen });
  addReadRoutes(app, { reads: new MarquezReads(store.database), readers, onError: () => undefined });
  onTestFinished(() => app.close());
  return {
    asked,
    get: (path: string, token?: string) =>
      app.inject({ url: path, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } }),
    pass: (ms: number) => (nowMs += ms),
    away: () => (isAway = true),
    revoke: () => (validHash = ''),
  };
}

it('a name of any characters is a part of the path when it is encoded', async () => {
  const { get } = await server({ isOpen: true });
  const path = `/api/v1/namespaces/${encodeURIComponent('s3://lake')}/datasets/${encodeURIComponent('raw/orders.csv')}`;
  const answer = await get(path);
  expect([answer.statusCode, answer.json<{ name: string }>().name]).toEqual([200, 'raw/orders.csv']);
  expect(answer.headers['content-type']).toContain('application/json');
});

it('what is not known or not right is a problem document', async () => {
  const { get } = await server({ isOpen: true });
  expect((await get('/api/v1/jobs/runs/none')).json()).toMatchObject({ status: 404, code: 'not-found' });
  expect((await get('/api/v1/lineage')).json()).toMatchObject({ status: 400, errors: [{ path: 'nodeId' }] });
});

describe('reading', () => {
  it('needs a token that the daemon knows', async () => {
    const { get } = await server();
    expect((await get('/api/v1/namespaces')).statusCode).toBe(401);
    expect((await get('/api/v1/namespaces', 'bad')).headers['www-authenticate']).toBe(
      'Bearer realm="idaemon"',
    );
    expect((await get('/api/v1/namespaces', 'good')).statusCode).toBe(200);
  });

  it('asks the daemon once in a while, by the hash alone', async () => {
    const { get, asked, pass, revoke } = await server();
    for (let call = 0; call < 3; call++) await get('/api/v1/namespaces', 'good');
    expect(asked).toEqual([hash('sha256', 'good', 'hex')]);
    revoke();
    pass(15_000);
    expect((await get('/api/v1/namespaces', 'good')).statusCode).toBe(401);
  });

  it('goes on for a while without the daemon for those who were known, and is a 503 for others', async () => {
    const { get, pass, away } = await server();
    await get('/api/v1/namespaces', 'good');
    away();
    pass(60_000);
    expect((await get('/api/v1/namespaces', 'good')).statusCode).toBe(200);
    expect((await get('/api/v1/namespaces', 'other')).headers['retry-after']).toBe('1');
    pass(15 * 60_000);
    expect((await get('/api/v1/namespaces', 'good')).statusCode).toBe(503);
  });
});
