import { ConnectorConfiguration } from '@idaemon/contracts';
import { defineIntegrationService } from '@idaemon/connector-kit';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configurationOf, testConnector } from '../testing/test-host.js';
import { checkConfiguration } from './check-configuration.js';
import { Definitions, isDefinition } from './definitions.js';

const files = 'files-integrator';

describe('a definition', () => {
  it('is listed with its version, schema, secrets and triggers', () => {
    const [hosted] = new Definitions(
      files,
      [testConnector({ version: '2.0.0', leaseMs: 30_000 })],
      '1.0.0',
    ).hosted();
    expect(hosted).toMatchObject({
      name: 'nothing',
      version: '2.0.0',
      triggers: ['refresh'],
      shards: 1,
      leaseMs: 30_000,
      secrets: [{ name: 'password', isRequired: false }],
      configSchema: { type: 'object', required: ['path'], additionalProperties: false },
    });
  });

  it('may take one of several forms of config, each with keys of its own', () => {
    const config = z.discriminatedUnion('by', [
      z.strictObject({ by: z.literal('path'), path: z.string() }),
      z.strictObject({ by: z.literal('url'), url: z.string() }),
    ]);
    const [hosted] = new Definitions(files, [testConnector({ config } as object)], '1.0.0').hosted();
    expect(hosted?.configSchema).not.toHaveProperty('additionalProperties');
  });

  it('has the version of its app when it has none', () => {
    expect(new Definitions(files, [testConnector()], '1.0.0').hosted()[0]?.version).toBe('1.0.0');
  });

  const other = defineIntegrationService({ name: 'topic-integrator', description: '', collections: {} });
  it.each([
    ['of another service', testConnector({ service: other } as object), 'belongs to the topic-integrator'],
    ['with an unfit name', testConnector({ name: 'My Connector' }), 'needs a name'],
    ['that does nothing', { ...testConnector(), refresh: undefined }, 'has neither refresh nor engage'],
    ['with no shard', testConnector({ shards: 0 }), 'needs a whole number of shards'],
    ['with a lease of an hour', testConnector({ leaseMs: 3_600_000 }), 'may ask for a lease'],
    ['whose config is no object', testConnector({ config: z.string() } as object), 'needs an object schema'],
    [
      'that is none',
      JSON.parse('{"name":"x"}') as ReturnType<typeof testConnector>,
      'is not what defineConnector',
    ],
  ])('%s is refused', (_what, definition, message) => {
    expect(() => new Definitions(files, [definition], '1')).toThrow(message);
  });

  it('cannot have the name of another one', () => {
    const definitions = new Definitions(files, [testConnector()], '1');
    expect(() => definitions.add([testConnector()], 'of some-package 1.0.0')).toThrow(
      'Two connectors of the files-integrator have the name nothing; the second is of some-package 1.0.0',
    );
  });

  it('is told from other exports of a package', () => {
    expect([testConnector(), {}, null, 'x', () => undefined, { name: 'x' }].map(isDefinition)).toEqual([
      true,
      ...Array.from({ length: 5 }, () => false),
    ]);
  });
});

describe('a configuration', () => {
  const definition = testConnector();
  const errorsOf = (changes: object) => {
    const checked = checkConfiguration(definition, configurationOf(changes));
    return 'errors' in checked ? checked.errors : [];
  };

  it('gets the defaults of the schema', () => {
    expect(checkConfiguration(definition, configurationOf())).toEqual({
      config: { path: '/data', depth: 1 },
    });
  });

  it('has all of its mistakes named at once', () => {
    const errors = errorsOf({
      config: { depth: 'x', unknown: 1, other: 2 },
      secrets: { key: { env: 'KEY' } },
    });
    expect(errors.map(({ path }) => path)).toEqual([
      'config.path',
      'config.depth',
      'config.unknown',
      'config.other',
      'secrets.key',
    ]);
    expect(errors.at(-1)?.message).toBe('the connector nothing has no such secret; it has password');
  });

  it('needs the secrets that the definition requires', () => {
    const strict = { ...definition, secrets: { token: { description: 'The token of the share.' } } };
    const configuration: ConnectorConfiguration = configurationOf();
    expect(checkConfiguration(strict, configuration)).toEqual({
      errors: [{ path: 'secrets.token', message: 'is missing: The token of the share.' }],
    });
  });
});
