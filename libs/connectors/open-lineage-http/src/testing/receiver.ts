import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  /** Decompressed. */
  body: string;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** `never`: the request is not answered. */
export type Behaviour = (request: Received) => Reply | 'never' | 'reset';

/** A real receiver on a port of its own; it behaves as it is told. */
export class Receiver {
  readonly received: Received[] = [];
  behave: Behaviour = () => ({ status: 201 });
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const sent = Buffer.concat(pieces);
        const isGzip = request.headers['content-encoding'] === 'gzip';
        const body = (isGzip ? gunzipSync(sent) : sent).toString();
        const received = { path: request.url ?? '', headers: request.headers, body };
        this.received.push(received);
        const reply = this.behave(received);
        if (reply === 'never') return;
        if (reply === 'reset') return void request.socket.destroy();
        const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? '');
        response.writeHead(reply.status, reply.headers).end(text);
      });
    });
  }

  static async start(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Paths without the batch's, in the order of their arrival. */
  get bodies(): string[] {
    return this.received.map(({ body }) => body);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
