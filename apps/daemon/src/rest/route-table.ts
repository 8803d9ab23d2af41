import type { Method, Operation } from './operation.js';

/** Which methods a path takes: tells "no such path" from "no such method". */
export class RouteTable {
  readonly #routes: { pattern: RegExp; method: Method }[];

  constructor(readonly operations: readonly Operation[]) {
    this.#routes = operations.map(({ path, method }) => ({
      pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`),
      method,
    }));
  }

  /** The operation of a route of the HTTP server, which writes parameters as `:name`. */
  operationOf(method: string, url: string): Operation | undefined {
    const path = url.replace(/:(\w+)/g, '{$1}');
    const verb = method === 'HEAD' ? 'GET' : method;
    return this.operations.find((one) => one.method === verb && one.path === path);
  }

  methodsOf(path: string): Method[] {
    const methods = this.#routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return [...new Set(methods)].sort();
  }
}
