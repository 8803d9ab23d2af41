import { Agent, request, type ClientRequest, type OutgoingHttpHeaders } from 'node:http';

export interface Outgoing {
  method: string;
  headers: OutgoingHttpHeaders;
  /** As it was asked for, with its query. */
  path: string;
}

/** Connections to instances. Kept for less time than the instances keep theirs: none is used that is just being closed. */
export const instanceAgent = () => new Agent({ keepAlive: true, maxSockets: 512, timeout: 30_000 });

const connectsWithinMs = 2_000;

/**
 * A request whose connection stands and of which nothing but the head has been sent. Rejected when there is no
 * connection: then nothing of a body was read, and the next instance can be asked.
 */
export function connect(
  address: string,
  agent: Agent,
  { method, headers, path }: Outgoing,
): Promise<ClientRequest> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(address), { agent, method, headers, path });
    const timer = setTimeout(() => outgoing.destroy(new Error('no connection in time')), connectsWithinMs);
    const settle = () => {
      clearTimeout(timer);
      outgoing.off('error', fail);
    };
    const succeed = () => {
      settle();
      resolve(outgoing);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
    };
    outgoing.once('error', fail);
    outgoing.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', succeed);
      else succeed();
    });
  });
}
