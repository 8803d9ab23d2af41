import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { IdaemonError, NotFoundError, problemOf, RequestError, toWireError } from '@idaemon/contracts';
import { LOG, type Log } from '@idaemon/service-runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RouteTable } from './route-table.js';

/** Longer bodies are refused: a configuration is a page, not a file. */
export const maxBodyBytes = 1024 * 1024;

/** Answers every failure as a problem document (RFC 9457): of handlers, of guards, of the HTTP server itself. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(RouteTable) private readonly routes: RouteTable,
    @Inject(LOG) private readonly log: Log,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const path = request.url.split('?')[0] ?? request.url;
    const error = this.#explain(thrown, request.method, path);
    if (!(error instanceof IdaemonError)) {
      this.log.error({ error, method: request.method, path }, 'A request could not be answered');
    }
    const wire = toWireError(error);
    const problem = problemOf(wire, path);
    void reply
      .status(problem.status)
      .headers(this.#headersOf(problem.status, path, wire.retryAfterMs))
      .type('application/problem+json')
      .send(JSON.stringify(problem));
  }

  #explain(thrown: unknown, method: string, path: string): unknown {
    if (thrown instanceof IdaemonError) return thrown;
    const { status, code } = httpErrorOf(thrown);
    if (status === 404) return this.#unknownRoute(method, path);
    if (status === 413) return tooLarge(path);
    if (status === 415)
      return new IdaemonError('unsupported-media-type', `${method} ${path} takes JSON only`);
    if (status >= 400 && status < 500)
      return new RequestError(`${method} ${path} is not valid: ${textOf(code)}`);
    return thrown;
  }

  #unknownRoute(method: string, path: string): IdaemonError {
    const allowed = this.routes.methodsOf(path);
    if (allowed.length) {
      return new IdaemonError(
        'method-not-allowed',
        `${path} does not take ${method}, it takes ${allowed.join(', ')}`,
      );
    }
    return new NotFoundError(`There is nothing at ${path}`, {
      action: 'Look up the path in /openapi.json, which lists every operation.',
    });
  }

  #headersOf(status: number, path: string, retryAfterMs: number | undefined): Record<string, string> {
    if (status === 401) return { 'www-authenticate': 'Bearer realm="idaemon"' };
    if (status === 405) return { allow: this.routes.methodsOf(path).join(', ') };
    if (status === 429 || status === 503)
      return { 'retry-after': String(Math.ceil((retryAfterMs ?? 1000) / 1000)) };
    return {};
  }
}

function tooLarge(path: string): IdaemonError {
  return new IdaemonError(
    'payload-too-large',
    `The body that was sent to ${path} is larger than ${maxBodyBytes / 1024 / 1024} MiB`,
  );
}

function httpErrorOf(thrown: unknown): { status: number; code: string } {
  if (thrown instanceof HttpException) return { status: thrown.getStatus(), code: thrown.message };
  const { statusCode, code } = (thrown ?? {}) as { statusCode?: unknown; code?: unknown };
  return {
    status: typeof statusCode === 'number' ? statusCode : 500,
    code: typeof code === 'string' ? code : '',
  };
}

/** What the HTTP server refuses by itself; its own messages may quote what was sent. */
function textOf(code: string): string {
  const texts: Record<string, string> = {
    FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'the body is not as long as Content-Length says',
    FST_ERR_BAD_URL: 'the path is not a valid URL',
  };
  return texts[code] ?? 'the HTTP request is malformed';
}
