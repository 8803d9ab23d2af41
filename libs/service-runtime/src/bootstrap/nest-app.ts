import type { ServerResponse } from 'node:http';
import type { Type } from '@nestjs/common';
import { problemOf, RequestError, toWireError } from '@idaemon/contracts';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AppDescription, HttpDescription } from './app-description.js';
import { answerNotFound, type HttpHandler, type HttpServer } from './http-server.js';
import { nestLogger } from './nest-logger.js';
import { RuntimeModule, type Runtime } from './runtime.module.js';

/** Makes the modules of the app; the web framework is loaded only for apps that use it. */
export async function createApp(
  AppModule: Type,
  app: AppDescription,
  runtime: Runtime,
  server: HttpServer,
): Promise<void> {
  const module = RuntimeModule.around(AppModule, runtime);
  const options = { logger: nestLogger(runtime.log), abortOnError: false };
  if (app.http) return createWebApp(module, options, app.http, runtime, server);
  const context = await NestFactory.createApplicationContext(module, options);
  runtime.end.before(() => context.close());
  server.handOver(answerNotFound);
}

async function createWebApp(
  module: ReturnType<typeof RuntimeModule.around>,
  options: { logger: ReturnType<typeof nestLogger>; abortOnError: boolean },
  http: HttpDescription,
  { end }: Runtime,
  server: HttpServer,
): Promise<void> {
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  let handle: HttpHandler | undefined;
  const adapter = new FastifyAdapter({
    bodyLimit: http.bodyLimitBytes ?? 1024 * 1024,
    forceCloseConnections: 'idle',
    frameworkErrors: refusePath,
    // Egeria has class names of more than the usual 100 characters in paths.
    routerOptions: { maxParamLength: 1_000 },
    serverFactory: (handler: HttpHandler) => {
      handle = handler;
      return server.server;
    },
  });
  const web = await NestFactory.create<NestFastifyApplication>(module, adapter, options);
  end.before(() => web.close());
  await http.configure?.(web);
  await web.init();
  await adapter.getInstance().ready();
  if (handle) server.handOver(handle);
}

interface PlainReply {
  raw: ServerResponse;
}

/** A path that is no URL: refused before any route or filter of the app is asked. */
function refusePath(_error: Error, request: { url: string }, { raw }: PlainReply): void {
  const error = new RequestError('The path of the request is not a valid URL', {
    action: 'Encode each part of the path as URLs have it, then send the request again.',
  });
  const problem = problemOf(toWireError(error), request.url);
  raw.writeHead(problem.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
}
