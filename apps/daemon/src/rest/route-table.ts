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

  methodsOf(path: string): Method[] {
    const methods = this.#routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return [...new Set(methods)].sort();
  }
}
