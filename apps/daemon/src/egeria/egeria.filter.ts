import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { errorCodes, IdaemonError, toWireError, type ErrorCode } from '@idaemon/contracts';
import { LOG, type Log } from '@idaemon/service-runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RouteTable } from '../rest/route-table.js';
import { failureOf } from './envelope.js';
import { routeOf } from './routes.js';

/** These are of the web server to Egeria's clients, or tell load balancers and monitors what they must know. */
const toldByHttp: readonly ErrorCode[] = [
  'authentication-required',
  'too-many-attempts',
  'internal-error',
  'system-unavailable',
  'busy',
];

/** Answers failures as Egeria does: mostly with the HTTP status 200 and what happened in `relatedHTTPCode`. */
@Catch()
export class EgeriaFilter implements ExceptionFilter {
  constructor(
    @Inject(RouteTable) private readonly routes: RouteTable,
    @Inject(LOG) private readonly log: Log,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const route = routeOf(this.routes.operationOf(request.method, request.routeOptions.url ?? ''));
    if (!(thrown instanceof IdaemonError)) {
      this.log.error({ error: thrown, operation: route?.operation.id }, 'A request could not be answered');
    }
    const asked = {
      answerClass: route?.answer ?? 'VoidResponse',
      action: route?.name ?? '',
      family: route?.family ?? 'runtime',
    } as const;
    const { code, retryAfterMs } = toWireError(thrown);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply
      .status(toldByHttp.includes(code) ? errorCodes[code].status : 200)
      .headers(headersOf(code, retryAfterMs))
      .send(failureOf(thrown, asked));
  }
}

function headersOf(code: ErrorCode, retryAfterMs = 1_000): Record<string, string> {
  if (code === 'authentication-required') return { 'www-authenticate': 'Bearer realm="idaemon"' };
  const isLater = toldByHttp.includes(code) && code !== 'internal-error';
  return isLater ? { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) } : {};
}
