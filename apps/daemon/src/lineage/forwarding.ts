import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@idaemon/service-runtime';
import { audienceHeader, type Audience } from './audience.js';
import { connect } from './connect.js';
import type { LineageInstances } from './lineage-instances.js';
import { hasStrayBody, refuseStrayBody } from './stray-body.js';
import { answerUnavailable } from './unavailable.js';

export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

export interface ForwardingOptions {
  instances: LineageInstances;
  agent: Agent;
  clock: Clock;
  /** How long a request waits for an instance that lives. */
  waitMs: number;
  /** After it nobody waits any more; who lives is still asked. */
  shutdown: AbortSignal;
  audience: Audience;
}

/** What concerns one connection only. */
const ofConnection = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** Never of one connection, whatever `Connection` names: without its length a body would end where nobody meant it to. */
const endToEnd = ['authorization', 'content-encoding', 'content-length', 'content-type'];
/** Longer than an instance lets any request take. */
const answersWithinMs = 45_000;
/** What comes of a body that nobody reads is not waited for. */
const drainsWithinMs = 5_000;

/**
 * Hands a request to a lineage instance and its answer back, as they come: no body is held here. The connection to the
 * instance stands before a byte of the body is read, so that an instance that is gone costs nothing but a moment.
 * (Libraries for proxies give the body away first, and end the sender's connection with it.)
 */
export async function forward(exchange: Exchange, options: ForwardingOptions): Promise<void> {
  if (hasStrayBody(exchange.request)) return refuseStrayBody(exchange);
  const outgoing = await reach(exchange, options);
  if (exchange.response.destroyed) outgoing?.destroy();
  else if (outgoing) handOver(exchange, outgoing);
  else answerUnavailable(exchange, 'No lineage instance lives');
}

async function reach(
  { request, response }: Exchange,
  { instances, agent, clock, waitMs, shutdown, audience }: ForwardingOptions,
): Promise<ClientRequest | undefined> {
  const { method = 'GET', url: path = '/' } = request;
  const outgoing = { method, path, headers: { ...headersTo(request), [audienceHeader]: audience } };
  const untilMs = clock.monotonicMs() + waitMs;
  for (;;) {
    for (const address of await instances.addresses()) {
      try {
        return await connect(address, agent, outgoing);
      } catch {
        instances.avoid(address);
      }
    }
    // Pauses end at once then: to go on would leave the event loop no time for anything else.
    if (shutdown.aborted || clock.monotonicMs() >= untilMs || response.destroyed) return undefined;
    await instances.pause();
  }
}

function handOver({ request, response }: Exchange, outgoing: ClientRequest): void {
  outgoing.setTimeout(answersWithinMs, () => outgoing.destroy(new Error('no answer in time')));
  outgoing.on('error', () => {
    request.unpipe(outgoing);
    // Once there is an answer, it counts: an instance that refuses a body closes before it has come.
    if (!response.headersSent) answerUnavailable({ request, response }, 'The lineage instance broke off');
  });
  outgoing.once('response', (incoming) => {
    response.writeHead(incoming.statusCode ?? 503, headersFrom(incoming, request));
    incoming.on('error', () => response.destroy()).pipe(response);
    // Refused before it was read: the rest of the body goes nowhere.
    if (!request.complete) letGo(request, outgoing);
  });
  response.once('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  request.on('error', () => outgoing.destroy());
  request.pipe(outgoing);
}

function letGo(request: IncomingMessage, outgoing: ClientRequest): void {
  request.unpipe(outgoing).resume();
  const timer = setTimeout(() => request.destroy(), drainsWithinMs);
  request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
}

function headersTo({ headers }: IncomingMessage): Record<string, string | string[]> {
  const kept = withoutConnection(headers);
  delete kept.host;
  if (headers['transfer-encoding'] === undefined) return kept;
  // A body of unknown length stays one.
  delete kept['content-length'];
  return { ...kept, 'transfer-encoding': 'chunked' };
}

function headersFrom(incoming: IncomingMessage, request: IncomingMessage): Record<string, string | string[]> {
  const kept = withoutConnection(incoming.headers);
  return request.complete ? kept : { ...kept, connection: 'close' };
}

function withoutConnection(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const kept = Object.entries(headers).filter(
    ([name]) => endToEnd.includes(name) || !(ofConnection.includes(name) || named.includes(name)),
  );
  return Object.fromEntries(kept) as Record<string, string | string[]>;
}
