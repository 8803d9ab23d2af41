import type { Operation } from '../rest/operation.js';
import { configurationRoutes } from './configuration.routes.js';
import { platformRoutes } from './platform.routes.js';
import type { EgeriaRoute } from './route.js';
import { runtimeRoutes } from './runtime.routes.js';
import { serverRoutes } from './server.routes.js';
import { validateRoutes } from './validate.routes.js';

export const egeriaRoutes: readonly EgeriaRoute[] = [
  ...runtimeRoutes,
  ...validateRoutes,
  ...configurationRoutes,
  ...serverRoutes,
  ...platformRoutes,
];

const byOperation = new Map(egeriaRoutes.map((route) => [route.operation, route]));

export function routeOf(operation: Operation | undefined): EgeriaRoute | undefined {
  return operation && byOperation.get(operation);
}
