/** Asks a NATS server whether it lets us in, in the few words of its protocol: no packages are installed yet. */
import { connect } from 'node:net';

/**
 * @param {string} url `nats://user:password@host:port`
 * @param {number} [timeoutMs]
 * @returns {Promise<'ok' | 'refused' | 'silent'>} refused: it is there, but not for these credentials
 */
export function pingNats(url, timeoutMs = 2000) {
  const { hostname, port, username, password } = new URL(url);
  const credentials = username
    ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
    : {};
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 4222) });
    let received = '';
    /** @param {'ok' | 'refused' | 'silent'} answer */
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding('utf8').setTimeout(timeoutMs, () => finish('silent'));
    socket.once('error', () => finish('silent'));
    socket.once('close', () => finish('silent'));
    socket.once('data', () => {
      const options = {
        verbose: false,
        pedantic: false,
        lang: 'node',
        version: '1',
        protocol: 1,
        ...credentials,
      };
      socket.write(`CONNECT ${JSON.stringify(options)}\r\nPING\r\n`);
    });
    socket.on('data', (/** @type {string} */ text) => {
      received += text;
      if (received.includes('-ERR')) finish('refused');
      else if (/^PONG/m.test(received)) finish('ok');
    });
  });
}
