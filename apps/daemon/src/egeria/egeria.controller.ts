import { Controller, Inject, UseFilters } from '@nestjs/common';
import { asClaimedUser } from '../audit/claimed-user.js';
import { Handles } from '../rest/handles.decorator.js';
import type { InputOf, Operation } from '../rest/operation.js';
import { EgeriaError } from './egeria-error.js';
import { EgeriaServices } from './egeria-services.js';
import { EgeriaFilter } from './egeria.filter.js';
import type { EgeriaCall, EgeriaRoute } from './route.js';
import { egeriaRoutes } from './routes.js';

/** Its methods are made from the routes, below. */
@Controller()
@UseFilters(EgeriaFilter)
export class EgeriaController {
  constructor(@Inject(EgeriaServices) private readonly egeria: EgeriaServices) {}

  async answer(route: EgeriaRoute, input: InputOf<Operation>): Promise<unknown> {
    const call = callOf(input);
    this.#refuseOtherServers(call);
    const answer = await asClaimedUser(call.claimedUser, () => route.handle(this.egeria, call));
    if (typeof answer === 'string') return answer;
    return { class: route.answer, relatedHTTPCode: 200, ...answer };
  }

  #refuseOtherServers({ params: { serverName }, claimedUser, principal }: EgeriaCall): void {
    if (serverName === undefined || serverName === this.egeria.settings.serverName) return;
    throw new EgeriaError(
      'OMAG-MULTI-TENANT-404-001',
      [serverName, claimedUser ?? principal.name],
      'serverName',
    );
  }
}

function callOf({ params, query, document, principal }: InputOf<Operation>): EgeriaCall {
  const [path, asked] = [params, query] as Record<string, string>[];
  return {
    params: path ?? {},
    query: asked ?? {},
    body: document,
    principal,
    claimedUser: path?.userId ?? asked?.delegatingUserId,
  };
}

for (const route of egeriaRoutes) {
  const { id } = route.operation;
  const handle = function (this: EgeriaController, input: InputOf<Operation>) {
    return this.answer(route, input);
  };
  const descriptor: TypedPropertyDescriptor<(input: InputOf<Operation>) => Promise<unknown>> = {
    value: handle,
    configurable: true,
    writable: true,
  };
  Handles(route.operation)(EgeriaController.prototype, id, descriptor);
  Object.defineProperty(EgeriaController.prototype, id, descriptor);
}
