import { ConfigurationError, type HostedDefinition, type ServiceName } from '@idaemon/contracts';
import { configSchemaOf, type AnyConnector, type SecretDeclaration } from '@idaemon/connector-kit';
import { z } from 'zod';

const maxShards = 256;

/** The connectors of a service by name. Checked once at start: a wrong one is the author's mistake and told at once. */
export class Definitions {
  readonly #byName = new Map<string, AnyConnector>();

  constructor(
    readonly service: ServiceName,
    definitions: readonly AnyConnector[],
    private readonly appVersion: string,
  ) {
    for (const definition of definitions) this.#add(definition, 'of the app');
  }

  /** Adds the definitions of a package that `origin` names. */
  add(definitions: readonly AnyConnector[], origin: string): void {
    for (const definition of definitions) this.#add(definition, origin);
  }

  get(name: string): AnyConnector | undefined {
    return this.#byName.get(name);
  }

  get names(): string[] {
    return [...this.#byName.keys()].sort();
  }

  /** As the daemon lists them. */
  hosted(): HostedDefinition[] {
    return [...this.#byName.values()].map((definition) => hostedDefinition(definition, this.appVersion));
  }

  #add(definition: AnyConnector, origin: string): void {
    const fault = faultOf(definition, this.service);
    if (fault) throw new ConfigurationError(`The connector ${nameOf(definition)} (${origin}) ${fault}`);
    if (this.#byName.has(definition.name)) {
      throw new ConfigurationError(
        `Two connectors of the ${this.service} have the name ${definition.name}; the second is ${origin}`,
        { action: 'Rename one of them, or leave one out.' },
      );
    }
    this.#byName.set(definition.name, definition);
  }
}

/** Whether a value looks like what `defineConnector` makes. */
export function isDefinition(value: unknown): value is AnyConnector {
  if (typeof value !== 'object' || value === null) return false;
  const { name, config, service } = value as Record<string, unknown>;
  return typeof name === 'string' && config instanceof z.ZodType && typeof service === 'object';
}

function nameOf(definition: AnyConnector): string {
  return typeof definition.name === 'string' ? definition.name : 'without a name';
}

function faultOf(definition: AnyConnector, service: ServiceName): string | undefined {
  if (!isDefinition(definition)) return 'is not what defineConnector makes';
  if (!/^[a-z0-9][a-z0-9-]{0,99}$/.test(definition.name)) {
    return 'needs a name of a to z, 0 to 9 and "-"';
  }
  const { name } = definition.service as { name: string };
  if (name !== service) return `belongs to the ${name}, not to the ${service}`;
  if (!definition.refresh && !definition.engage) return 'has neither refresh nor engage';
  const { shards = 1, leaseMs = 1 } = definition;
  if (!Number.isInteger(shards) || shards < 1 || shards > maxShards) {
    return `needs a whole number of shards from 1 to ${maxShards}`;
  }
  if (!Number.isInteger(leaseMs) || leaseMs < 1 || leaseMs > 60_000)
    return 'may ask for a lease of 1 to 60000 ms';
  if (!isObjectSchema(definition.config as z.ZodType)) return 'needs an object schema as its config';
  return undefined;
}

/** An object, or a choice among several. */
function isObjectSchema(schema: z.ZodType): boolean {
  const { type, anyOf, oneOf } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return type === 'object' || anyOf !== undefined || oneOf !== undefined;
}

function hostedDefinition(definition: AnyConnector, appVersion: string): HostedDefinition {
  const { name, version = appVersion, description, shards = 1, leaseMs } = definition;
  const { $schema: _dialect, ...configSchema } = configSchemaOf(definition);
  return {
    name,
    version,
    description,
    configSchema,
    secrets: secretsOf(definition),
    triggers: (['refresh', 'engage'] as const).filter((trigger) => definition[trigger] !== undefined),
    shards,
    ...(leaseMs === undefined ? {} : { leaseMs }),
  };
}

function secretsOf({ secrets = {} }: AnyConnector): HostedDefinition['secrets'] {
  const declared = Object.entries(secrets as Record<string, SecretDeclaration>);
  const listed = declared.map(([name, { description, isRequired = true }]) => ({
    name,
    description,
    isRequired,
  }));
  return listed.sort((a, b) => Number(b.isRequired) - Number(a.isRequired));
}
