import { Controller, Inject } from '@nestjs/common';
import { z } from 'zod';
import { Handles } from './handles.decorator.js';
import { openApiDocument, type OpenApiDocument } from './openapi.js';
import { operation } from './operation.js';
import { RouteTable } from './route-table.js';

const getOpenApi = operation({
  id: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  tag: 'openapi',
  access: 'anyone',
  summary: 'Get this document',
  answer: z.record(z.string(), z.json()),
});

/** Of the interface, not of the program: it grows with what clients can rely on. */
const interfaceVersion = '1.0.0';

@Controller()
export class OpenApiController {
  #document: OpenApiDocument | undefined;

  constructor(@Inject(RouteTable) private readonly routes: RouteTable) {}

  @Handles(getOpenApi)
  async get() {
    this.#document ??= openApiDocument(this.routes.operations, interfaceVersion);
    return this.#document as z.input<typeof getOpenApi.answer>;
  }
}
