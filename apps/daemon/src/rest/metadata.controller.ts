import { Controller, Inject } from '@nestjs/common';
import {
  Element,
  ElementVersion,
  Graph,
  LineageDirection,
  LineageLevel,
  listOf,
  metadataMessages,
  NotFoundError,
  Relationship,
  RequestError,
  ResourceName,
  type Reference,
} from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';
import { z } from 'zod';
import { DeclaredGateways } from '../gateways/declared-gateways.js';
import { Handles } from './handles.decorator.js';
import { referencesNamed } from './node-names.js';
import { operation, type InputOf } from './operation.js';
import { Page } from './resources.js';

const tag = 'metadata';
const At = z.strictObject({
  gateway: ResourceName.default('default').describe('The gateway whose open metadata is asked.'),
});
const GuidPath = z.strictObject({ guid: z.uuid() });
const whole = z.coerce.number().int();

const ElementFilter = Page.extend({
  ...At.shape,
  type: z.string().optional().describe('Elements of this type or a subtype of it.'),
  source: z.string().optional().describe('The qualified name of a metadata source.'),
  q: z.string().max(500).optional().describe('Text in name, qualified name or description.'),
  qualifiedName: z.string().optional(),
  locatorNamespace: z.string().optional().describe('With locatorName: the element of this locator.'),
  locatorName: z.string().optional(),
  effectiveAt: z.iso.datetime().optional(),
  includePlaceholders: z.enum(['true', 'false']).default('false'),
});

const listElements = operation({
  id: 'listElements',
  method: 'GET',
  path: '/api/metadata/elements',
  tag,
  summary: 'List elements of open metadata',
  query: ElementFilter,
  answer: listOf(Element),
});

const searchElements = operation({
  id: 'searchElements',
  method: 'GET',
  path: '/api/metadata/search',
  tag,
  summary: 'Search elements by text, best match first',
  query: ElementFilter.extend({ q: z.string().min(1).max(500) }),
  answer: listOf(Element),
});

const getElement = operation({
  id: 'getElement',
  method: 'GET',
  path: '/api/metadata/elements/{guid}',
  tag,
  summary: 'Get an element',
  params: GuidPath,
  query: At,
  answer: Element,
  problems: ['not-found'],
});

const listRelationships = operation({
  id: 'listRelationships',
  method: 'GET',
  path: '/api/metadata/elements/{guid}/relationships',
  tag,
  summary: 'List the relationships of an element',
  params: GuidPath,
  query: Page.extend({ ...At.shape, type: z.string().optional() }),
  answer: listOf(Relationship),
  problems: ['not-found'],
});

const listHistory = operation({
  id: 'listHistory',
  method: 'GET',
  path: '/api/metadata/elements/{guid}/history',
  tag,
  summary: 'List the superseded versions of an element, newest first, with who changed it and when',
  params: GuidPath,
  query: Page.extend(At.shape),
  answer: listOf(ElementVersion),
  problems: ['not-found'],
});

const getNeighbourhood = operation({
  id: 'getNeighbourhood',
  method: 'GET',
  path: '/api/metadata/elements/{guid}/neighbourhood',
  tag,
  summary: 'Get everything within some relationships of an element',
  params: GuidPath,
  query: At.extend({ depth: whole.min(1).max(5).default(1), limit: whole.min(1).max(2000).default(500) }),
  answer: Graph,
  problems: ['not-found'],
});

const getLineage = operation({
  id: 'getLineage',
  method: 'GET',
  path: '/api/metadata/lineage',
  tag,
  summary: 'Get where the data of an element comes from and where it goes',
  description:
    'The element is named by node, by guid, by locatorNamespace and locatorName, or by type and qualifiedName.',
  query: At.extend({
    node: z
      .string()
      .min(1)
      .max(4_000)
      .optional()
      .describe('A GUID, a qualified name, dataset:<namespace>:<name> or job:<namespace>:<name>.'),
    guid: z.uuid().optional(),
    locatorNamespace: z.string().optional(),
    locatorName: z.string().optional(),
    type: z.string().default('Referenceable'),
    qualifiedName: z.string().optional(),
    direction: LineageDirection.default('both'),
    depth: whole.min(1).max(50).default(5),
    limit: whole.min(1).max(5000).default(1000),
    level: LineageLevel.optional().describe(
      'table: of the dataset that holds the column; column: of the columns that the dataset holds. Default: of the element as it is.',
    ),
    runs: z.enum(['true', 'false']).default('false').describe('Also the runs of the processes.'),
  }),
  answer: Graph,
  problems: ['not-found'],
});

/** Forwards questions about open metadata to the gateway that holds it. */
@Controller()
export class MetadataController {
  constructor(
    @Inject(Messaging) private readonly messaging: Messaging,
    @Inject(DeclaredGateways) private readonly gateways: DeclaredGateways,
  ) {}

  @Handles(listElements)
  async elements({ query: { gateway, ...filter } }: InputOf<typeof listElements>) {
    const at = await this.gateways.checked(gateway);
    return this.messaging.request(metadataMessages.elements, at, elementQuery(filter));
  }

  @Handles(searchElements)
  async search({ query: { gateway, ...filter } }: InputOf<typeof searchElements>) {
    const at = await this.gateways.checked(gateway);
    return this.messaging.request(metadataMessages.search, at, elementQuery(filter));
  }

  @Handles(getElement)
  async element({ params: { guid }, query: { gateway } }: InputOf<typeof getElement>) {
    return this.messaging.request(metadataMessages.element, await this.gateways.checked(gateway), { guid });
  }

  @Handles(listRelationships)
  async relationships({ params, query: { gateway, ...page } }: InputOf<typeof listRelationships>) {
    const at = await this.gateways.checked(gateway);
    return this.messaging.request(metadataMessages.relationships, at, { ...params, ...page });
  }

  @Handles(listHistory)
  async history({ params, query: { gateway, ...page } }: InputOf<typeof listHistory>) {
    const at = await this.gateways.checked(gateway);
    return this.messaging.request(metadataMessages.history, at, { ...params, ...page });
  }

  @Handles(getNeighbourhood)
  async neighbourhood({ params, query: { gateway, ...bounds } }: InputOf<typeof getNeighbourhood>) {
    const at = await this.gateways.checked(gateway);
    return this.messaging.request(metadataMessages.neighbourhood, at, { ...params, ...bounds });
  }

  @Handles(getLineage)
  async lineage({ query }: InputOf<typeof getLineage>) {
    const { gateway, direction, depth, limit, level, runs, node, ...reference } = query;
    const at = await this.gateways.checked(gateway);
    const found = node === undefined ? referenceOf(reference) : await this.#nodeNamed(node, at);
    const request = { node: found, direction, depth, limit, level, includeRuns: runs === 'true' };
    return this.messaging.request(metadataMessages.lineage, at, request);
  }

  /** The first that there is of what the text may mean. */
  async #nodeNamed(text: string, at: { gateway: string }): Promise<Reference> {
    for (const reference of referencesNamed(text)) {
      const { element } = await this.messaging.request(metadataMessages.resolve, at, { element: reference });
      if (element) return { type: element.type, guid: element.guid };
    }
    throw new NotFoundError(`Nothing is known of ${text}`, {
      action: 'Search for it with GET /api/metadata/search, or refresh the connector that catalogues it.',
    });
  }
}

type Locating = { locatorNamespace?: string; locatorName?: string };

function elementQuery({
  locatorNamespace,
  locatorName,
  includePlaceholders,
  ...filter
}: Omit<z.output<typeof ElementFilter>, 'gateway'>) {
  const locator = locatorOf({ locatorNamespace, locatorName });
  return { ...filter, ...(locator ? { locator } : {}), includePlaceholders: includePlaceholders === 'true' };
}

function locatorOf({ locatorNamespace: namespace, locatorName: name }: Locating) {
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  if (namespace === undefined && name === undefined) return undefined;
  const path = namespace === undefined ? 'locatorNamespace' : 'locatorName';
  throw new RequestError('A locator has a namespace and a name, and the query holds only one of them', {
    errors: [{ path, message: 'is required with the other one' }],
  });
}

function referenceOf({
  type,
  guid,
  qualifiedName,
  ...locating
}: Locating & { type: string; guid?: string; qualifiedName?: string }): Reference {
  const locator = locatorOf(locating);
  if (guid ?? locator ?? qualifiedName) return { type, guid, locator, qualifiedName };
  throw new RequestError('The query does not say of which element', {
    errors: [
      {
        path: 'guid',
        message: 'is required, or node, or qualifiedName, or locatorNamespace and locatorName',
      },
    ],
  });
}
