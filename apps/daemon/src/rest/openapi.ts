/** The OpenAPI document, made from the operations: from the same schemas that check requests. */
import { errorCodes, Problem, type ErrorCode } from '@idaemon/contracts';
import { z } from 'zod';
import { ComponentResponses } from './component-responses.js';
import { ComponentSchemas, type JsonSchema } from './component-schemas.js';
import type { Operation } from './operation.js';

export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
  [member: string]: unknown;
}

const problemType = 'application/problem+json';

export function openApiDocument(operations: readonly Operation[], version: string): OpenApiDocument {
  const schemas = new ComponentSchemas();
  const responses = new ComponentResponses();
  const paths: OpenApiDocument['paths'] = {};
  for (const operation of operations) {
    const path = (paths[operation.path] ??= {});
    path[operation.method.toLowerCase()] = operationObject(operation, schemas, responses);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Integration daemon',
      version,
      description:
        'Configures, steers and watches the connectors that keep open metadata true to the tools around it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: schemas.all(),
      responses: responses.all(),
    },
  };
}

function operationObject(
  operation: Operation,
  schemas: ComponentSchemas,
  responses: ComponentResponses,
): Record<string, unknown> {
  const { id, tag, summary, description, access } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: [description, accessText(access)].filter(Boolean).join('\n\n'),
    ...(access === 'anyone' ? { security: [] } : {}),
    parameters: [
      ...parametersOf(operation.params, 'path', schemas),
      ...parametersOf(operation.query, 'query', schemas),
      ...(operation.isConditional ? preconditionHeaders : []),
    ],
    ...bodyOf(operation, schemas),
    responses: { ...answersOf(operation, schemas), ...problemsOf(operation, schemas, responses) },
  };
}

function accessText(access: Operation['access']): string {
  return access === 'anyone' ? 'Needs no token.' : `Needs the role ${access}.`;
}

function parametersOf(schema: z.ZodType, location: 'path' | 'query', schemas: ComponentSchemas): unknown[] {
  if (!(schema instanceof z.ZodObject)) return [];
  // A copy: a schema with a name of its own would become a reference.
  const { properties = {}, required = [] } = schemas.inline(z.object(schema.shape), 'input');
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: location,
    required: location === 'path' || required.includes(name),
    ...(description ? { description } : {}),
    schema: property,
  }));
}

const preconditionHeaders = [
  header(
    'If-Match',
    'The entity tag of the revision that is meant, or * for any; without it whatever is there.',
  ),
  header('If-None-Match', '*: only if it does not exist yet.'),
];

function header(name: string, description: string): unknown {
  return { name, in: 'header', required: false, description, schema: { type: 'string' } };
}

function bodyOf({ body, document, method }: Operation, schemas: ComponentSchemas): Record<string, unknown> {
  const schema = document ?? body;
  if (!schema) return {};
  const types =
    method === 'PATCH' ? ['application/merge-patch+json', 'application/json'] : ['application/json'];
  const content = Object.fromEntries(types.map((type) => [type, { schema: schemas.of(schema, 'input') }]));
  // A body of which nothing is required may be left out.
  const isRequired = document !== undefined || !schema.safeParse({}).success;
  return { requestBody: { required: isRequired, content } };
}

function answersOf(operation: Operation, schemas: ComponentSchemas): Record<string, unknown> {
  const { status, alsoAnswers, answer, answerType, isConditional } = operation;
  const content = answer instanceof z.ZodVoid ? {} : contentOf(answerType, schemas.of(answer, 'output'));
  const headers = isConditional && status !== 204 ? { headers: { ETag: etagHeader } } : {};
  const descriptions = { [status]: 'Done.', ...alsoAnswers };
  const responses = Object.entries(descriptions).map(([each, description]) => {
    const body = each === '204' ? {} : content;
    return [each, { description, ...headers, ...body }] as const;
  });
  return Object.fromEntries(responses);
}

const etagHeader = { description: 'The revision, for If-Match.', schema: { type: 'string' } };

function contentOf(type: string, schema: JsonSchema): { content: object } {
  return { content: { [type]: { schema } } };
}

/** By status, since several codes may share one. */
function problemsOf(
  operation: Operation,
  schemas: ComponentSchemas,
  responses: ComponentResponses,
): Record<string, unknown> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codesOf(operation))) {
    const { status } = errorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const { failure } = operation;
  const content = {
    [problemType]: { schema: schemas.of(Problem, 'output') },
    ...(failure ? { 'application/json': { schema: schemas.of(failure, 'output') } } : {}),
  };
  const entries = [...byStatus].map(([status, codes]) => {
    const form = failure ? 'InEnvelope' : '';
    return [String(status), responses.of(codes, form, content)] as const;
  });
  return Object.fromEntries(entries);
}

function codesOf({ access, body, document, isConditional, problems }: Operation): ErrorCode[] {
  return [
    ...problems,
    'request-invalid',
    ...(access === 'anyone'
      ? []
      : (['authentication-required', 'not-authorized', 'too-many-attempts'] as const)),
    ...((body ?? document) ? (['payload-too-large', 'unsupported-media-type'] as const) : []),
    ...(isConditional ? (['revision-conflict'] as const) : []),
    'internal-error',
    'system-unavailable',
  ];
}
