import { expect, test } from 'vitest';
import { z } from 'zod';
import { configErrors } from './config-schema.js';

let count = 0;
function errorsOf(schema: z.ZodType, config: unknown): Record<string, string> {
  const json = z.toJSONSchema(schema, { io: 'input' }) as Record<string, unknown>;
  const errors = configErrors(`spec-${(count += 1)}`, json, config);
  return Object.fromEntries(errors.map(({ path, message }) => [path, message]));
}

test('a config that fits has no errors, defaults may be left out', () => {
  const schema = z.object({ path: z.string(), depth: z.number().int().default(3) });
  expect(errorsOf(schema, { path: '/data' })).toEqual({});
});

test('unknown keys are refused at every depth, whatever the schema says about them', () => {
  const schema = z.object({ path: z.string(), filter: z.object({ include: z.string() }).optional() });
  expect(errorsOf(schema, { path: '/', pth: 1, filter: { include: '*', exlude: '*' } })).toEqual({
    'config.pth': 'is not known; did you mean path? (accepted: filter, path)',
    'config.filter.exlude': 'is not known (accepted: include)',
  });
});

test('free keys stay free where the schema has them', () => {
  const schema = z.object({ labels: z.record(z.string(), z.string()) });
  expect(errorsOf(schema, { labels: { anything: 'goes', not: 1 } })).toEqual({
    'config.labels.not': 'must be a string, not a number',
  });
});

test('a choice of forms is one error, not one for each form', () => {
  const schema = z.object({
    target: z.union([z.string(), z.object({ host: z.string() })]).describe('host or address'),
  });
  expect(errorsOf(schema, { target: 5 })).toEqual({
    'config.target': 'is of none of the accepted forms (host or address)',
  });
});

test('formats, bounds and lists are told in plain words', () => {
  const schema = z.object({
    url: z.url(),
    port: z.number().int().min(1).max(65535),
    names: z.array(z.string()).min(1),
  });
  expect(errorsOf(schema, { url: 'no url', port: 70000, names: [] })).toEqual({
    'config.url': 'must be a valid uri',
    'config.port': 'must be at most 65535',
    'config.names': 'must be a list of at least 1',
  });
});

test('keys with / and ~ keep their names', () => {
  const schema = z.object({ paths: z.record(z.string(), z.number()) });
  expect(Object.keys(errorsOf(schema, { paths: { 'a/b~c': 'x' } }))).toEqual(['config.paths.a/b~c']);
});
