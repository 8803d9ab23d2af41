import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from './refusal.js';

/** What a sender whose body is not read may still send, so that it gets to read the answer. */
const drain = { bytes: 32 * 1024 * 1024, timeMs: 5_000 };
/** The rest of a body that is worth less than a connection. */
const smallRest = 256 * 1024;

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/** `isLast`: the connection is closed after it. */
export function answer(response: ServerResponse, status: number, json: string, isLast: boolean): void {
  const headers = ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(json))];
  if (isLast) headers.push('connection', 'close');
  response.writeHead(status, headers).end(json);
}

/** An error as RFC 9457 has it, with JSON pointers into the event. No value of the event is repeated. */
export function refuse(exchange: Exchange, refusal: Refusal, isStopping: boolean): void {
  const { status, code, title, message, options } = refusal;
  const problem = {
    type: `urn:idaemon:problem:${code}`,
    title,
    status,
    code,
    detail: message,
    instance: pathOf(exchange.request),
    ...(options.errors?.length ? { errors: options.errors.slice(0, 20) } : {}),
    requestId: requestIdOf(exchange.request),
  };
  answerRefused(exchange, refusal, problem, isStopping);
}

export function answerRefused(
  { request, response }: Exchange,
  { status, options }: Refusal,
  body: object,
  isStopping: boolean,
): void {
  if (response.headersSent) return;
  const isLast = isStopping || options.isLast === true || !isRestSmall(request);
  const json = JSON.stringify(body);
  response.writeHead(status, {
    ...options.headers,
    'content-type': 'requestId' in body ? 'application/problem+json' : 'application/json',
    'content-length': Buffer.byteLength(json),
    'cache-control': 'no-store',
    ...(isLast ? { connection: 'close' } : {}),
  });
  if (!isLast || request.complete) {
    response.end(json);
    return;
  }
  // A connection that is closed with bytes unread is reset, and its sender never sees why.
  response.write(json);
  drainRest(request, () => response.end());
}

function drainRest(request: IncomingMessage, done: () => void): void {
  let bytes = 0;
  const finish = () => {
    clearTimeout(timer);
    request.off('data', count).off('end', finish).off('close', finish);
    done();
  };
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > drain.bytes) finish();
  };
  const timer = setTimeout(finish, drain.timeMs);
  request.on('error', () => undefined);
  request.on('data', count).on('end', finish).on('close', finish).resume();
}

function isRestSmall(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  const isChunked = request.headers['transfer-encoding'] !== undefined;
  return request.complete || (!isChunked && Number(length ?? 0) <= smallRest);
}

/** The sender's own, if it is a plain one. */
function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}

/** Without the query, which may hold what is nobody's business. */
export function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '';
}
