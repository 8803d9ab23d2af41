import type { Type } from '@nestjs/common';
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
