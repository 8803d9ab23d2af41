import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { operations } from './controllers.js';
import { openApiDocument } from './openapi.js';

const document = openApiDocument(operations, '1.0.0');

test('the OpenAPI document is valid OpenAPI 3.1', async () => {
  const result = await new Validator().validate(
    JSON.parse(JSON.stringify(document)) as Record<string, unknown>,
  );
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

test('every reference has its target, and every component is referred to', () => {
  const text = JSON.stringify(document);
  const referred = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
  const { schemas, responses } = document.components as { schemas: object; responses: object };
  expect([...referred].sort()).toEqual(Object.keys(schemas).sort());
  const answers = new Set([...text.matchAll(/"#\/components\/responses\/([^"]+)"/g)].map(([, name]) => name));
  expect([...answers].sort()).toEqual(Object.keys(responses).sort());
  expect(text).not.toContain('$defs');
});

test('problems that many operations answer are written once', () => {
  expect(JSON.stringify(document).length).toBeLessThan(400_000);
});

test('a text is not called JSON', () => {
  const origin = '/open-metadata/platform-services/users/{userId}/server-platform/origin';
  expect(document.paths[origin]?.get).toMatchObject({
    responses: { 200: { content: { 'text/plain': { schema: { type: 'string' } } } } },
  });
});

test('operations have ids of their own, a summary, and say what may go wrong', () => {
  const ids = operations.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path) as { summary: string; responses: object }[]) {
      expect(operation.summary).not.toMatch(/\.$/);
      expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '500', '503']));
    }
  }
});

test('every list takes the size of a page and a cursor', () => {
  for (const { id, method, query, answer } of operations) {
    const isList = answer instanceof z.ZodObject && 'items' in answer.shape && 'next' in answer.shape;
    if (!isList || method !== 'GET') continue;
    expect(
      query.safeParse({ ...(id === 'searchElements' ? { q: 'x' } : {}), pageSize: '5', cursor: 'x' }).success,
      id,
    ).toBe(true);
  }
});

test('a parameter of a path is declared and required', () => {
  for (const { path, method } of operations) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const operation = document.paths[path]?.[method.toLowerCase()] as {
      parameters: { name: string; in: string; required: boolean }[];
    };
    const declared = operation.parameters.filter((one) => one.in === 'path');
    expect(declared.map(({ name }) => name)).toEqual(names);
    expect(declared.every(({ required }) => required)).toBe(true);
  }
});

test('what the design promises is there', () => {
  const verbs = ['start', 'stop', 'pause', 'resume', 'restart', 'refresh', 'plan', 'approve'];
  const promised = [
    ...['/api/services', '/api/services/{service}', '/api/connectors', '/api/connectors/{name}'],
    ...['status', 'runs', 'runs/{id}', 'revisions', 'logs', ...verbs].map(
      (rest) => `/api/connectors/{name}/${rest}`,
    ),
    ...['/api/connectors/validate', '/api/connectors/test', '/api/dead-letters'],
    ...['elements', 'elements/{guid}', 'elements/{guid}/relationships', 'search', 'lineage'].map(
      (rest) => `/api/metadata/${rest}`,
    ),
    ...['/api/groups', '/api/audit', '/api/log-levels', '/api/gateways', '/api/tokens'],
  ];
  expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(promised));
});
