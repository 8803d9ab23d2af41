import { ConfigurationError, type ConnectorConfiguration, type FieldError } from '@idaemon/contracts';
import { parseConfig, type AnyConnector, type SecretDeclaration } from '@idaemon/connector-kit';

/** The definition's own view of a configuration. */
export type CheckedConfig = { config: unknown } | { errors: FieldError[] };

/** Checks `config` and the names of `secrets` against the definition: unknown keys are refused, all errors listed. */
export function checkConfiguration(
  definition: AnyConnector,
  configuration: ConnectorConfiguration,
): CheckedConfig {
  const parsed = parsedConfig(definition, configuration);
  const errors = [...('errors' in parsed ? parsed.errors : []), ...secretErrors(definition, configuration)];
  return errors.length === 0 ? parsed : { errors };
}

/** The error of a configuration with these mistakes. */
export function configurationError(name: string, errors: FieldError[]): ConfigurationError {
  const list = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new ConfigurationError(`The configuration of ${name} is not valid: ${list}`, { errors });
}

function parsedConfig(definition: AnyConnector, { config }: ConnectorConfiguration): CheckedConfig {
  try {
    return { config: parseConfig(definition, config) as unknown };
  } catch (error) {
    if (error instanceof ConfigurationError && error.errors?.length) return { errors: error.errors };
    throw error;
  }
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
