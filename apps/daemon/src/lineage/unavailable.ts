import { problemOf, SystemUnavailableError, toWireError } from '@idaemon/contracts';
import type { Exchange } from './forwarding.js';

/** 503 with a time: of all refusals the one after which clients keep their event. */
export function answerUnavailable({ request, response }: Exchange, what: string): void {
  const [path = ''] = (request.url ?? '').split('?', 1);
  const error = new SystemUnavailableError(`The receiver of lineage events (${what})`, {
    action: 'Send the request again. If it stays so, check that a lineage-integrator runs.',
  });
  const isLast = !request.complete;
  const body = JSON.stringify(bodyOf(path, error));
  response.writeHead(503, {
    'content-type': isEgeria(path) ? 'application/json' : 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'retry-after': '1',
    ...(isLast ? { connection: 'close' } : {}),
  });
  response.end(body);
  // Read to its end, else the connection is reset and the sender never sees the answer.
  request.resume();
}

function bodyOf(path: string, error: SystemUnavailableError): object {
  if (!isEgeria(path)) return problemOf(toWireError(error), path);
  return {
    class: 'VoidResponse',
    relatedHTTPCode: 503,
    exceptionClassName: 'org.odpi.openmetadata.frameworks.connectors.ffdc.PropertyServerException',
    actionDescription: 'publishOpenLineageEvent',
    exceptionErrorMessage: error.message,
    exceptionUserAction: error.action,
  };
}

function isEgeria(path: string): boolean {
  return path.startsWith('/servers/');
}
