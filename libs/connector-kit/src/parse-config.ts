import { ConfigurationError, type FieldError } from '@idaemon/contracts';
import { z } from 'zod';
import type { AnyConnector } from './connector.js';

/**
 * The configuration as the connector's methods take it, defaults filled in. Throws a ConfigurationError that names
 * every wrong field at once, unknown keys among them. Pure: called before a connector starts and to check documents.
 */
export function parseConfig<Schema extends z.ZodType>(
  definition: { readonly name: string; readonly config: Schema },
  config: unknown,
): z.output<Schema> {
  const result = refusingUnknownKeys(definition.config).safeParse(config);
  if (result.success) return result.data as z.output<Schema>;
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue, definition.config));
  const list = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new ConfigurationError(`The configuration of connector ${definition.name} is not valid: ${list}`, {
    errors,
  });
}

/** JSON Schema (draft 2020-12) of a definition's configuration, as documents and tools show it. */
export function configSchemaOf(
  definition: Pick<AnyConnector, 'config'>,
): Record<string, z.core.util.JSONType> {
  const { config } = definition as { config: z.ZodType };
  const schema = z.toJSONSchema(refusingUnknownKeys(config), { io: 'input', unrepresentable: 'any' });
  return JSON.parse(JSON.stringify(schema)) as Record<string, z.core.util.JSONType>;
}

/** `z.object` drops unknown keys in silence; objects inside of it say for themselves what they refuse. */
function refusingUnknownKeys(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodObject)) return schema;
  return schema.def.catchall ? schema : schema.strict();
}

function fieldErrors(issue: z.core.$ZodIssue, schema: z.ZodType): FieldError[] {
  const path = ['config', ...issue.path].join('.');
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  const known = issue.path.length === 0 && schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const hint = known.length ? `; it has ${known.join(', ')}` : '';
  return issue.keys.map((key) => ({ path: `${path}.${key}`, message: `is no key of it${hint}` }));
}
