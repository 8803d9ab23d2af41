import { ConfigurationError, type ConnectorConfiguration, type FieldError } from '@idaemon/contracts';
import type { AnyConnector, SecretDeclaration } from '@idaemon/connector-kit';
import { z } from 'zod';

/** The definition's own view of a configuration. */
export type CheckedConfig = { config: unknown } | { errors: FieldError[] };

/** Checks `config` and the names of `secrets` against the definition: unknown keys are refused, all errors listed. */
export function checkConfiguration(
  definition: AnyConnector,
  configuration: ConnectorConfiguration,
): CheckedConfig {
  const parsed = strict(definition.config as z.ZodType).safeParse(configuration.config);
  const errors = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap(fieldErrorsOf)),
    ...secretErrors(definition, configuration),
  ];
  return parsed.success && errors.length === 0 ? { config: parsed.data } : { errors };
}

/** The error of a configuration with these mistakes. */
export function configurationError(name: string, errors: FieldError[]): ConfigurationError {
  const list = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new ConfigurationError(`The configuration of ${name} is not valid: ${list}`, { errors });
}

function strict(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject ? schema.strict() : schema;
}

function fieldErrorsOf(issue: z.core.$ZodIssue): FieldError[] {
  const path = ['config', ...issue.path.map(String)].join('.');
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({ path: `${path}.${key}`, message: 'is not a known key' }));
}

function secretErrors(definition: AnyConnector, { secrets }: ConnectorConfiguration): FieldError[] {
  const declared = (definition.secrets ?? {}) as Record<string, SecretDeclaration>;
  const names = Object.keys(declared);
  const unknown = Object.keys(secrets).filter((name) => !names.includes(name));
  const missing = names.filter((name) => declared[name]?.isRequired !== false && !secrets[name]);
  const known = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none';
  return [
    ...unknown.map((name) => ({
      path: `secrets.${name}`,
      message: `the connector ${definition.name} has no such secret; ${known}`,
    })),
    ...missing.map((name) => ({
      path: `secrets.${name}`,
      message: `is missing: ${declared[name]?.description ?? 'a reference to a secret'}`,
    })),
  ];
}
