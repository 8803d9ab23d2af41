import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { z } from 'zod';

/** What `bootstrap` must know of an app before anything of it is made. */
export interface AppDescription {
  /** Full name, e.g. `daemon`: in logs, in metrics and in the list of NATS connections. */
  name: string;
  /** Default of `IDAEMON_PORT`. */
  port: number;
  /** The variables that only this app has; each one ends in `.describe('what is accepted')`. */
  environment?: z.ZodObject;
  /** Given by apps that answer more over HTTP than their probes: only they load the web framework. */
  http?: HttpDescription;
}

export interface HttpDescription {
  /** Largest body of a request; default 1 MiB. */
  bodyLimitBytes?: number;
  /** Called once before the app starts to answer: plugins, global filters, OpenAPI. */
  configure?(app: NestFastifyApplication): void | Promise<void>;
}

const description = Symbol('idaemon:app-description');

/** A module that knows its app, so that the app's main needs to say nothing. */
export function describedModule(module: DynamicModule, app: AppDescription): DynamicModule {
  return Object.assign(module, { [description]: app });
}

/** The description that a module among the imports of `AppModule` carries. */
export function descriptionOf(AppModule: Type): AppDescription {
  const imports = Reflect.getMetadata('imports', AppModule) as unknown;
  for (const one of Array.isArray(imports) ? (imports as unknown[]) : []) {
    const found = (one as { [description]?: AppDescription } | undefined)?.[description];
    if (found) return found;
  }
  throw new Error(`bootstrap(${AppModule.name}) needs a description: none of its imports has one`);
}
