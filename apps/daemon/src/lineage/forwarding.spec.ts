import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { systemClock, type Clock } from '@idaemon/service-runtime';
import { afterEach, expect, test } from 'vitest';
import { instanceAgent } from './connect.js';
import { forward, type ForwardingOptions } from './forwarding.js';
import { LineageInstances } from './lineage-instances.js';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const hidden = 'GET /hidden HTTP/1.1\r\nhost: x\r\n\r\n';
const inOneChunk = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

test.each([
  ['with a length', `content-length: ${hidden.length}\r\n\r\n${hidden}`],
  [
    'with a length that Connection names',
    `connection: content-length\r\ncontent-length: ${hidden.length}\r\n\r\n${hidden}`,
  ],
  ['in chunks', `transfer-encoding: chunked\r\n\r\n${inOneChunk(hidden)}`],
  [
    'in chunks that Connection names',
    `connection: transfer-encoding\r\ntransfer-encoding: chunked\r\n\r\n${inOneChunk(hidden)}`,
  ],
])('a GET whose body comes %s is refused, and the next one gets its own answer', async (_how, rest) => {
  const { port, received } = await frontDoor();
  const refused = await raw(port, `GET /api/v1/first HTTP/1.1\r\nhost: x\r\n${rest}`);
  expect(refused).toMatch(/^HTTP\/1\.1 400 [^]*takes no body/);
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/next`);
  expect(await response.text()).toBe('/api/v1/next');
  expect(received.map(({ url }) => url)).toEqual(['/api/v1/next']);
});

test.each([
  ['of known length', `content-length: ${hidden.length}\r\n\r\n${hidden}`],
  ['in chunks', `transfer-encoding: chunked\r\n\r\n${inOneChunk(hidden)}`],
])('a body %s stays one body, with its key, whatever Connection names', async (_how, rest) => {
  const { port, received } = await frontDoor();
  const head = [
    'POST /api/v1/lineage HTTP/1.1',
    'host: x',
    'connection: close, content-length, transfer-encoding, authorization, host, x-own',
    'authorization: Bearer of-the-sender',
    'x-own: 1',
  ].join('\r\n');
  expect(await raw(port, `${head}\r\n${rest}`)).toMatch(/^HTTP\/1\.1 200 /);
  expect(received).toMatchObject([{ url: '/api/v1/lineage', body: hidden }]);
  expect(received[0]?.headers.authorization).toBe('Bearer of-the-sender');
  expect(received[0]?.headers).not.toHaveProperty('x-own');
});

test('a GET may say that its body is empty', async () => {
  const { port } = await frontDoor();
  const answer = await raw(
    port,
    'GET /api/v1/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
  );
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});

test('an instance learns who can reach the front door, whatever the sender says', async () => {
  const { port, received } = await frontDoor({ audience: 'network' });
  const head = [
    'POST /api/v1/lineage HTTP/1.1',
    'host: x',
    'connection: close, idaemon-front-door',
    'Idaemon-Front-Door: this-machine',
    'content-length: 0',
  ].join('\r\n');
  await raw(port, `${head}\r\n\r\n`);
  expect(received[0]?.headers['idaemon-front-door']).toBe('network');
});

test('a stop ends the wait for an instance, without a look more', async () => {
  const stop = new AbortController();
  let nowMs = 0;
  let begin: () => void = () => undefined;
  const waits = new Promise<void>((resolve) => (begin = resolve));
  const clock: Clock = {
    wallMs: () => nowMs,
    // A millisecond goes by with each look, so that an endless wait has an end.
    monotonicMs: () => (nowMs += 1),
    after: () => {
      begin();
      return () => undefined;
    },
  };
  const instances = new LineageInstances({ read: async () => [], clock, shutdown: stop.signal });
  const { port } = await frontDoor({ instances, clock, shutdown: stop.signal });
  const waiting = fetch(`http://127.0.0.1:${port}/api/v1/x`);
  await waits;
  stop.abort();
  const { status, headers } = await waiting;
  expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  expect(nowMs).toBeLessThan(20);
});

test('during a stop an instance that lives still gets what comes', async () => {
  const { port } = await frontDoor({ shutdown: AbortSignal.abort() });
  expect((await fetch(`http://127.0.0.1:${port}/api/v1/x`)).status).toBe(200);
});

interface Received {
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Before one instance, which answers with the path that it was asked for. */
async function frontDoor(options: Partial<ForwardingOptions> = {}) {
  const received: Received[] = [];
  const instance = await listening((request, response) => {
    void text(request).then((body) => {
      received.push({ url: request.url, headers: request.headers, body });
      response.end(request.url);
    });
  });
  const agent = instanceAgent();
  closing.push(() => agent.destroy());
  const read = async () => [`http://127.0.0.1:${instance}`];
  const clock = systemClock;
  const shutdown = new AbortController().signal;
  const instances = new LineageInstances({ read, clock, shutdown });
  const defaults = { instances, agent, clock, waitMs: 3_000, shutdown, audience: 'this-machine' } as const;
  const port = await listening((request, response) => {
    void forward({ request, response }, { ...defaults, ...options });
  });
  return { port, received };
}

async function listening(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What is answered until the connection ends. */
async function raw(port: number, sent: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(sent);
  return text(socket);
}
