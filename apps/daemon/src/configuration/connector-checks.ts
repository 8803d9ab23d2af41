import { Inject, Injectable } from '@nestjs/common';
import { ConfigurationError, type ConnectorConfiguration, type FieldError } from '@idaemon/contracts';
import { configErrors } from '../definitions/config-schema.js';
import { DefinitionRepository, type KnownDefinition } from '../definitions/definition.repository.js';
import { secretErrors, suspiciousKeys } from '../definitions/secret-checks.js';
import { oneOfEachPath } from '../rest/field-errors.js';
import { nearestName } from '../rest/nearest-name.js';
import { unknownKey } from '../rest/unknown-key.js';
import { checkConnectorDocument, isObject, type Checked, type ConnectorParts } from './document-checks.js';
import { GatewayRepository } from './gateway.repository.js';

/** A document with what is wrong with it, and what cannot be told yet. */
export type CheckedConnector = Checked<ConnectorConfiguration> & { warnings: string[] };

/** Checks a connector document completely: its shape, its gateway, its definition with config and secrets. */
@Injectable()
export class ConnectorChecks {
  constructor(
    @Inject(DefinitionRepository) private readonly definitions: DefinitionRepository,
    @Inject(GatewayRepository) private readonly gateways: GatewayRepository,
  ) {}

  /** The configuration; throws one ConfigurationError that lists every mistake. */
  async valid(sent: unknown, name?: string): Promise<ConnectorConfiguration> {
    const { document, errors } = await this.check(sent, name);
    if (document && !errors.length) return document;
    throw invalidDocument('connector', nameOf(sent, name), errors);
  }

  async check(sent: unknown, name?: string): Promise<CheckedConnector> {
    const { parts, errors, document } = checkConnectorDocument(sent, name);
    const [gatewayErrors, byDefinition] = await Promise.all([
      this.#gatewayErrors(parts.gateway),
      this.#definitionErrors(parts, secretsOf(sent)),
    ]);
    const all = [...errors, ...gatewayErrors, ...byDefinition.errors];
    return { document, errors: oneOfEachPath(all), warnings: byDefinition.warnings };
  }

  async #gatewayErrors(gateway: string | undefined): Promise<FieldError[]> {
    if (gateway === undefined || (await this.gateways.find(gateway))) return [];
    const declared = await this.gateways.names();
    const near = nearestName(gateway, declared);
    return [
      {
        path: 'gateway',
        message:
          `names the gateway ${gateway}, which is not declared${near ? `; did you mean ${near}?` : ''} ` +
          `(declared: ${declared.join(', ')}; apply a document of kind gateway to declare another)`,
      },
    ];
  }

  async #definitionErrors(
    { service, connector, config }: ConnectorParts,
    secrets: object,
  ): Promise<{ errors: FieldError[]; warnings: string[] }> {
    if (!service || !connector) return { errors: [], warnings: [] };
    const known = await this.definitions.ofService(service);
    const found = known.find(({ definition }) => definition.name === connector);
    if (found) return { errors: checkedBy(found, config, secrets), warnings: [] };
    const hosted = known.filter(({ isHosted }) => isHosted).map(({ definition }) => definition.name);
    if (await this.definitions.isRegistered(service)) {
      return { errors: [unknownDefinition(service, connector, hosted)], warnings: [] };
    }
    return {
      errors: suspiciousKeys(config ?? {}),
      warnings: [`No instance of ${service} has registered: config and secrets are checked once one does.`],
    };
  }
}

function checkedBy(
  { hash, definition }: KnownDefinition,
  config: ConnectorParts['config'],
  secrets: object,
): FieldError[] {
  const names = definition.secrets.map(({ name }) => name);
  const unknownSecrets = Object.keys(secrets).filter((name) => !names.includes(name));
  return [
    ...secretErrors({ config: config ?? {}, secrets }, definition.secrets),
    ...(config ? configErrors(hash, definition.configSchema, config) : []),
    ...unknownSecrets.map((name) => unknownKey('secrets', name, names)),
  ];
}

/** Of a document that may be anything: their names count, whether or not the references are right. */
function secretsOf(sent: unknown): object {
  const secrets = isObject(sent) ? sent.secrets : undefined;
  return isObject(secrets) ? secrets : {};
}

function unknownDefinition(service: string, connector: string, hosted: readonly string[]): FieldError {
  const near = nearestName(connector, hosted);
  const list = hosted.length ? `it hosts: ${hosted.join(', ')}` : 'it hosts none';
  return {
    path: 'connector',
    message: `names ${connector}, which ${service} does not host${near ? `; did you mean ${near}?` : ''} (${list})`,
  };
}

export function invalidDocument(
  kind: 'connector' | 'gateway' | 'group',
  name: string,
  errors: FieldError[],
): ConfigurationError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const what = [first?.path, first?.message].filter(Boolean).join(' ');
  return new ConfigurationError(`The ${kind}${name && ` ${name}`} is not valid: ${what}${more}`, { errors });
}

/** Of a document that may be anything. */
export function nameOf(sent: unknown, name?: string): string {
  const written = (sent as { name?: unknown } | null | undefined)?.name;
  return name ?? (typeof written === 'string' ? written.slice(0, 63) : '');
}
