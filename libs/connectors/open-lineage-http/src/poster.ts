import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { SystemUnavailableError } from '@idaemon/connector-kit';

export interface Answer {
  status: number;
  retryAfter: string | undefined;
  /** At most 64 KiB of it. */
  body: string;
}

export interface PosterOptions {
  headers: Readonly<Record<string, string>>;
  compression: 'none' | 'gzip';
  timeoutMs: number;
  /** Connections that are kept open. */
  connections: number;
}

export interface Poster {
  post(url: URL, body: Buffer, signal: AbortSignal): Promise<Answer>;
  close(): void;
}

const mostAnswerBytes = 65_536;
const compressed = promisify(gzip);

/** Posts JSON over connections of its own. Follows no redirect: a POST would become a GET, and the event be lost. */
export function openPoster({ headers, compression, timeoutMs, connections }: PosterOptions): Poster {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: connections }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: connections }),
  };
  return {
    async post(url, body, signal) {
      const isSecure = url.protocol === 'https:';
      const content = compression === 'gzip' ? await compressed(body, { level: 3 }) : body;
      const options = {
        method: 'POST',
        agent: isSecure ? agents['https:'] : agents['http:'],
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        headers: {
          ...headers,
          accept: 'application/json, application/problem+json',
          'content-type': 'application/json',
          'content-length': content.length,
          ...(compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
        },
      };
      try {
        return await exchange(isSecure ? httpsRequest : httpRequest, url, options, content);
      } catch (error) {
        signal.throwIfAborted();
        throw new SystemUnavailableError(`The OpenLineage receiver ${url.origin}`, {
          cause: named(error, timeoutMs),
        });
      }
    },
    close: () => Object.values(agents).forEach((agent) => agent.destroy()),
  };
}

async function exchange(
  request: typeof httpRequest,
  url: URL,
  options: RequestOptions,
  content: Buffer,
): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end(content);
  });
  const { statusCode = 0, headers } = response;
  return { status: statusCode, retryAfter: headers['retry-after'], body: await textOf(response) };
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (bytes < mostAnswerBytes) pieces.push(piece.subarray(0, mostAnswerBytes - bytes));
    bytes += piece.length;
  }
  return Buffer.concat(pieces).toString();
}

function named(error: unknown, timeoutMs: number): unknown {
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: unknown };
  const isLate =
    name === 'TimeoutError' || (cause as { name?: unknown } | undefined)?.name === 'TimeoutError';
  if (name === 'AbortError' || isLate) return new Error(`no answer within ${timeoutMs / 1_000} s`);
  return error;
}
