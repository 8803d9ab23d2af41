import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A way to a NATS server that a spec can shut, as a broken network would. */
export class NatsDoor {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #isShut = false;

  private constructor(private readonly target: URL) {
    this.#server = createServer((socket) => this.#pass(socket));
  }

  static async open(url: string): Promise<NatsDoor> {
    const door = new NatsDoor(new URL(url));
    await new Promise<void>((resolve) => door.#server.listen(0, '127.0.0.1', resolve));
    return door;
  }

  /** As the server's, but through the door. */
  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return url.href.replace(/\/$/, '');
  }

  shut(): void {
    this.#isShut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  reopen(): void {
    this.#isShut = false;
  }

  async close(): Promise<void> {
    this.shut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(socket: Socket): void {
    if (this.#isShut) return void socket.destroy();
    const onward = connect(Number(this.target.port), this.target.hostname);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
