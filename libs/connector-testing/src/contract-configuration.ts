import { ConfigurationError } from '@idaemon/connector-kit';
import { expect } from 'vitest';
import type { ContractTest } from './contract-test.js';
import type { Subject } from './fixture.js';

export function configurationTests(subject: Subject): ContractTest[] {
  return [
    {
      sentence: 'is accepted as the examples give it',
      run: async () => {
        const { config } = await subject.setUp();
        expect(() => subject.parse(config)).not.toThrow();
      },
    },
    {
      sentence: 'refuses an unknown key, by its name',
      run: async () => {
        const { config } = await subject.setUp();
        const refused = refusalOf(() => subject.parse({ ...asObject(config), notAKeyOfIt: true }));
        expect(refused.message).toContain('notAKeyOfIt');
      },
    },
    {
      sentence: 'refuses a value of the wrong type, by its key',
      run: async () => {
        const { config } = await subject.setUp();
        for (const [key, value] of Object.entries(asObject(config))) {
          const refused = refusalOf(() =>
            subject.parse({ ...asObject(config), [key]: ofAnotherType(value) }),
          );
          expect(refused.message).toContain(key);
        }
      },
    },
    {
      sentence: 'describes each key, for the documentation',
      run: () => {
        expect(undescribedKeys(subject.configSchema)).toEqual([]);
      },
    },
    {
      sentence: 'refuses unknown keys in its inner objects too: they are strict',
      run: () => {
        expect(lenientObjects(subject.configSchema)).toEqual([]);
      },
    },
  ];
}

function refusalOf(parse: () => unknown): ConfigurationError {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return error as ConfigurationError;
  }
  return expect.fail('the configuration was accepted');
}

function ofAnotherType(value: unknown): unknown {
  if (typeof value === 'string') return { wrong: true };
  if (typeof value === 'boolean') return 'perhaps';
  if (Array.isArray(value)) return 4711;
  return typeof value === 'number' ? 'not a number' : 'text';
}

function undescribedKeys({ properties = {} }: { properties?: unknown }): string[] {
  const keys = Object.entries(asObject(properties));
  return keys.filter(([, schema]) => !asObject(schema).description).map(([key]) => key);
}

/** Paths of objects with properties that take others in silence. */
function lenientObjects(schema: unknown, path = 'config'): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, additionalProperties } = schema as Record<string, unknown>;
  const isLenient = properties !== undefined && additionalProperties === undefined;
  const inner = Object.entries(schema).flatMap(([key, value]) => lenientObjects(value, `${path}.${key}`));
  return isLenient ? [path, ...inner] : inner;
}

function asObject(value: unknown): Record<string, unknown> {
  return { ...(value as Record<string, unknown>) };
}
