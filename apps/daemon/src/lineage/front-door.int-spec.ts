import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, type DaemonApp } from '../testing/daemon-app.js';

interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: Buffer;
}
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let daemon: DaemonApp;
let url: string;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  daemon = await startDaemon();
  await daemon.app.listen(0, '127.0.0.1');
  url = await daemon.app.getUrl();
});
afterAll(() => daemon.close());
afterEach(async () => {
  await daemon.database.rows(`delete from instance where service = 'lineage-integrator'`);
  await Promise.all(closing.splice(0).map((close) => close()));
});

describe('with a lineage instance', () => {
  test.each([
    '/api/v1/lineage',
    '/api/v1/lineage/batch?tenant=a',
    '/lineage/',
    '/servers/daemon/open-metadata/integration-services/lineage-integrator/users/peter/api/v1/lineage',
    '/servers/daemon/open-metadata/integration-services/lineage-integrator/users/peter/publish-open-lineage-event',
    '/servers/daemon/open-metadata/integration-daemon/publish-open-lineage-event',
  ])('%s arrives there byte for byte, and its answer comes back', async (path) => {
    const received = await instanceThatTakes(201, '{"eventId":"1"}');
    const body = gzipSync(randomBytes(3_000_000));
    const headers = {
      authorization: 'Bearer of-the-sender',
      'content-type': 'application/json; charset=UTF-8',
      'content-encoding': 'gzip',
    };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
    expect([response.status, await response.text()]).toEqual([201, '{"eventId":"1"}']);
    expect(received[0]).toMatchObject({ method: 'POST', url: path, headers });
    expect(received[0]?.headers['idaemon-front-door']).toBe('this-machine');
    expect(received[0]?.body.equals(body)).toBe(true);
  });

  test('what it refuses is told as it says it, headers too', async () => {
    await instance((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="lineage"' }).end('{"code":"x"}');
    });
    const response = await post('{}');
    expect([response.status, response.headers.get('www-authenticate'), await response.text()]).toEqual([
      401,
      'Bearer realm="lineage"',
      '{"code":"x"}',
    ]);
  });

  test('reading goes there too, and never to the REST interface of the daemon', async () => {
    const received = await instanceThatTakes(200, '{"namespaces":[]}');
    const response = await fetch(`${url}/api/v1/namespaces?limit=2`);
    expect(await response.json()).toEqual({ namespaces: [] });
    expect(received[0]?.url).toBe('/api/v1/namespaces?limit=2');
    expect((await fetch(`${url}/api/connectors`)).status).toBe(401);
  });

  test('a body travels on before its end has come', async () => {
    const { promise: first, resolve: firstArrived } = deferred<Buffer>();
    await instance((request, response) => {
      request.once('data', firstArrived);
      request.on('end', () => response.writeHead(201).end());
      request.resume();
    });
    const sending = httpRequest(`${url}/api/v1/lineage`, { method: 'POST' });
    sending.write('{"first":');
    expect((await first).toString()).toBe('{"first":');
    sending.end('1}');
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(201);
    answer.resume();
  });

  test('one that is gone costs no request while another lives', async () => {
    const received = await instanceThatTakes(201, '{}');
    await register('http://127.0.0.1:9', 'gone');
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await post('{}')).status));
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect(received).toHaveLength(20);
  });

  test('one that refuses before the body has come is heard', async () => {
    await instance((_request, response) => {
      response.writeHead(413, { connection: 'close' }).end('too large');
    });
    const response = await post(randomBytes(200_000));
    expect([response.status, await response.text()]).toEqual([413, 'too large']);
  });

  test('one that breaks off is a 503 with Retry-After, never a broken connection', async () => {
    await instance((request) => request.socket.destroy());
    const response = await post(randomBytes(2_000_000));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  });
});

describe('without one', () => {
  test('a request is held for a moment, then answered 503 with Retry-After', async () => {
    const response = await post('{}');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toMatchObject({ code: 'system-unavailable', instance: '/api/v1/lineage' });
  });

  test('a request is served by the instance that comes meanwhile', async () => {
    const waiting = post('{}');
    const received = await instanceThatTakes(201, '{}');
    expect((await waiting).status).toBe(201);
    expect(received).toHaveLength(1);
  });

  test('a tool of Egeria gets the envelope that it reads', async () => {
    const path = '/servers/daemon/open-metadata/integration-daemon/publish-open-lineage-event';
    const response = await fetch(`${url}${path}`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ class: 'VoidResponse', relatedHTTPCode: 503 });
  });
});

function deferred<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}

function post(body: string | Buffer): Promise<Response> {
  return fetch(`${url}/api/v1/lineage`, { method: 'POST', body });
}

async function instanceThatTakes(status: number, answer: string): Promise<Received[]> {
  const received: Received[] = [];
  await instance((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      received.push({ method, url: path, headers, body: Buffer.concat(chunks) });
      response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
    });
  });
  return received;
}

async function instance(handle: Handler): Promise<void> {
  const server = createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  await register(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'lineage-1');
}

async function register(address: string, id: string): Promise<void> {
  await daemon.database.rows(
    `insert into instance (id, service, version, address, started_at, lease_ms, is_draining, last_seen_at, is_registered)
     values ($2, 'lineage-integrator', '1', $1, now(), 60000, false, clock_timestamp(), true)`,
    [address, id],
  );
}
