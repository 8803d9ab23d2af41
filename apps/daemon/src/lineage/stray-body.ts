import type { IncomingMessage } from 'node:http';
import { problemOf, RequestError, toWireError } from '@idaemon/contracts';
import type { Exchange } from './forwarding.js';

/** Whether a body comes with a method that has none. */
export function hasStrayBody({ method, headers }: IncomingMessage): boolean {
  if (method === 'POST') return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

/** On a connection that others use after it, such a body might be read as their request. */
export function refuseStrayBody({ request, response }: Exchange): void {
  const [path = ''] = (request.url ?? '').split('?', 1);
  const error = new RequestError(`A ${request.method} request takes no body`, {
    action: 'Send it without a body.',
  });
  const body = JSON.stringify(problemOf(toWireError(error), path));
  response.writeHead(400, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(body);
  request.resume();
}
