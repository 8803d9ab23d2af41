import { ConnectorConfiguration } from '@idaemon/contracts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { fieldErrorsOf } from './field-errors.js';
import { nearestName } from './nearest-name.js';

function errorsOf(schema: z.ZodType, value: unknown): [string, string][] {
  const result = schema.safeParse(value);
  return result.success
    ? []
    : fieldErrorsOf(result.error, schema, value).map(({ path, message }) => [path, message]);
}

test('a choice names the word that was probably meant, also when only its beginning was written', () => {
  const schema = z.object({ field: z.enum(['files-integrator', 'topic-integrator']) });
  for (const field of ['files', 'file-integrator', 'Files-Integrator'])
    expect(errorsOf(schema, { field })[0]?.[1]).toMatch(/; did you mean files-integrator\?$/);
  expect(errorsOf(schema, { field: 'lineage' })[0]?.[1]).not.toContain('did you mean');
});

test('a field that breaks several rules has one error', () => {
  const schema = z.object({
    field: z
      .string()
      .min(3)
      .regex(/^[a-z]+$/),
  });
  expect(errorsOf(schema, { field: '1' })).toHaveLength(1);
});

describe('what is wrong with a field', () => {
  test.each<[z.ZodType, unknown, string]>([
    [z.string(), 3, 'must be a string, not a number'],
    [z.string(), undefined, 'is required: a string'],
    [z.number(), null, 'must be a number, not null'],
    [z.array(z.string()), {}, 'must be a list, not an object'],
    [z.string().min(1), '', 'must not be empty'],
    [z.string().max(3), 'long', 'must be at most 3 characters long'],
    [z.number().min(1), 0, 'must be at least 1'],
    [z.array(z.string()).max(1), ['a', 'b'], 'must be a list of at most 1'],
    [z.enum(['a', 'b']), 'c', 'must be one of a, b'],
    [z.literal('a'), 'c', 'must be a'],
    [z.uuid(), 'x', 'must be a UUID'],
    [z.iso.datetime(), 'now', 'must be a time such as 2026-01-31T08:00:00Z'],
    [z.union([z.string(), z.number()]).describe('A name or a number.'), true, 'must be a name or a number'],
  ])('%#: in plain words', (schema, value, message) => {
    expect(errorsOf(z.object({ field: schema }), { field: value })).toEqual([['field', message]]);
  });

  test('is said with its path, also inside of defaults, lists and records', () => {
    const inner = z.strictObject({ depth: z.number() });
    const schema = z.strictObject({
      list: z.array(inner).default([]),
      map: z.record(z.string(), inner).optional(),
    });
    expect(errorsOf(schema, { list: [{ dept: 1 }], map: { a: { depth: 'x', more: 1 } } })).toEqual([
      ['list.0.depth', 'is required: a number'],
      ['list.0.dept', 'is not known; did you mean depth? (accepted: depth)'],
      ['map.a.depth', 'must be a number, not a string'],
      ['map.a.more', 'is not known (accepted: depth)'],
    ]);
  });

  test('never repeats the value: it may be a secret', () => {
    const hush = 'hunter2';
    const document = {
      name: hush.toUpperCase(),
      service: hush,
      connector: { hush },
      secrets: { password: hush, token: { env: `${hush} !` }, other: { vault: hush } },
      schedule: hush,
    };
    const errors = errorsOf(ConnectorConfiguration, document);
    expect(errors.length).toBeGreaterThan(4);
    expect(JSON.stringify(errors).toLowerCase()).not.toContain(hush);
    expect(Object.fromEntries(errors)['secrets.password']).toBe(
      'must be a reference to a secret: env, file, kubernetes or vault',
    );
  });
});

test.each([
  ['inlcude', 'include'],
  ['Path', 'path'],
  ['pth', 'path'],
  ['maxDepth', undefined],
  ['x', undefined],
])('the name that was meant by %s is %s', (name, meant) => {
  expect(nearestName(name, ['include', 'path', 'exclude'])).toBe(meant);
});
