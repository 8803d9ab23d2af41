import { ConfigurationError } from '@idaemon/contracts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configSchemaOf, parseConfig } from './parse-config.js';

const definition = {
  name: 'folder',
  config: z.object({
    path: z.string().describe('The folder to read.'),
    hidden: z.boolean().default(false).describe('Hidden files too.'),
  }),
};

describe('parseConfig', () => {
  it('fills defaults in', () => {
    expect(parseConfig(definition, { path: '/data' })).toEqual({ path: '/data', hidden: false });
  });

  it('names every wrong field at once, with unknown keys', () => {
    const refused = caught(() => parseConfig(definition, { hidden: 'no', pth: '/data' }));
    expect(refused).toBeInstanceOf(ConfigurationError);
    expect((refused as ConfigurationError).errors?.map(({ path }) => path).sort()).toEqual([
      'config.hidden',
      'config.path',
      'config.pth',
    ]);
    expect(String(refused)).toContain('it has path, hidden');
  });

  it('refuses what is no object', () => {
    expect(caught(() => parseConfig(definition, 'text'))).toBeInstanceOf(ConfigurationError);
  });
});

describe('configSchemaOf', () => {
  it('tells that unknown keys are refused, and what may be left out', () => {
    expect(configSchemaOf(definition)).toMatchObject({
      additionalProperties: false,
      required: ['path'],
      properties: { path: { description: 'The folder to read.' } },
    });
  });
});

function caught(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
