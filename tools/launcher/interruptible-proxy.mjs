/** For integration tests: a server that can be away, or lost without a word. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * `url`: the server's, through the proxy. After `cut`, connections are broken and refused; after `silence`, they stay
 * open and new ones are accepted, yet nothing goes through any more. `mend` is for new connections only.
 * @param {string} serverUrl
 */
export async function interruptibleProxy(serverUrl) {
  const target = new URL(serverUrl);
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  let isSilent = false;
  const server = createServer((incoming) => {
    track(incoming);
    if (isSilent) return;
    const outgoing = connect(Number(target.port), target.hostname);
    track(outgoing);
    join(incoming, outgoing);
    join(outgoing, incoming);
  });

  /** @param {import('node:net').Socket} socket */
  function track(socket) {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  }

  /** @param {number} port */
  async function listen(port) {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
  }

  const port = await listen(0);
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    async cut() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    silence() {
      isSilent = true;
      for (const socket of sockets) socket.unpipe();
    },
    async mend() {
      isSilent = false;
      if (!server.listening) await listen(port);
    },
  };
}

/** @param {import('node:net').Socket} from @param {import('node:net').Socket} to */
function join(from, to) {
  from.pipe(to);
  from.on('error', () => to.destroy());
}
