/** From Egeria's connection to `config` and `secrets` of a connector document. Pure. */
import type { ConnectorConfiguration } from '@idaemon/contracts';
import type { Connection } from './beans.js';
import { EgeriaError } from './egeria-error.js';
import { addressKeyOf, type KnownProvider } from './providers.js';
import { readSecretText } from './secret-text.js';

type Config = ConnectorConfiguration['config'];
type Secrets = ConnectorConfiguration['secrets'];
type Part = Omit<Connection, 'embeddedConnections'>;

/** What a connection is turned into: the provider that was named, and the definition that does its work. */
export interface Target {
  connectorName: string;
  definition: string;
  provider?: KnownProvider;
}

export function configOf(connection: Connection, target: Target): { config: Config; secrets: Secrets } {
  const parts = partsOf(connection, target);
  for (const part of parts) refusePasswords(part, target);
  const properties = Object.assign({}, ...parts.map((part) => part.configurationProperties)) as Config;
  const config = { ...configFrom(properties, target), ...addressOf(parts, target) };
  const secrets = Object.assign({}, ...parts.map((part) => secretsOf(part, target))) as Secrets;
  return { config, secrets };
}

/** The connection itself, and the one that it stands for: Egeria's JDBC connector embeds the connection to the database. */
function partsOf(connection: Connection, { connectorName, definition }: Target): Part[] {
  const [embedded, ...others] = connection.embeddedConnections ?? [];
  if (!embedded?.embeddedConnection) return [connection];
  if (definition === 'postgresql' && !others.length) return [connection, embedded.embeddedConnection];
  const why = "connection.embeddedConnections is taken by Egeria's JDBC connector alone, and one only";
  throw new EgeriaError('IDAEMON-EGERIA-400-002', [connectorName, why], 'embeddedConnections');
}

function refusePasswords({ clearPassword, encryptedPassword }: Part, { connectorName }: Target): void {
  const [held] = Object.entries({ clearPassword, encryptedPassword }).find(([, value]) => value) ?? [];
  if (held) throw new EgeriaError('IDAEMON-EGERIA-400-003', [connectorName, held], held);
}

function secretsOf({ securedProperties }: Part, { connectorName }: Target): Secrets {
  const entries = Object.entries(securedProperties ?? {}).map(([name, value]) => {
    const reference = value === null ? undefined : readSecretText(value);
    if (reference) return [name, reference] as const;
    const place = `securedProperties.${name}`;
    throw new EgeriaError('IDAEMON-EGERIA-400-003', [connectorName, place], place);
  });
  return Object.fromEntries(entries);
}

/** Properties under Egeria's names become keys of `config`; all others must be keys of it. */
export function configFrom(
  properties: Config,
  { definition, provider }: Omit<Target, 'connectorName'>,
): Config {
  const always = provider?.alwaysSo ?? [];
  const own = Object.entries(properties).filter(([name]) => !always.includes(name));
  if (!provider || definition !== 'postgresql') return Object.fromEntries(own);
  return jdbcConfig(Object.fromEntries(own));
}

function jdbcConfig(properties: Config): Config {
  const {
    includeSchemaNames,
    excludeSchemaNames,
    excludeTableNames,
    // The driver is ours.
    jdbcDriverManagerClassName: _driver,
    ...own
  } = properties;
  const include = namesOf(includeSchemaNames);
  const exclude = [...namesOf(excludeSchemaNames), ...namesOf(excludeTableNames).map((name) => `*.${name}`)];
  return { ...(include.length ? { include } : {}), ...(exclude.length ? { exclude } : {}), ...own };
}

/** One name or a list of names. */
function namesOf(value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((name) => typeof name === 'string' && name !== '') as string[];
}

function addressOf(parts: readonly Part[], { connectorName, definition }: Target): Config {
  const address = parts.map(({ endpoint }) => endpoint?.address ?? endpoint?.networkAddress).find(Boolean);
  const userId = parts.map((part) => part.userId).find(Boolean);
  const key = addressKeyOf(definition);
  const refuse = (place: string, why: string): never => {
    throw new EgeriaError('IDAEMON-EGERIA-400-002', [connectorName, `${place} ${why}`], place);
  };
  if (address && !key) refuse('connection.endpoint.address', `means nothing to the connector ${definition}`);
  if (userId && definition !== 'postgresql')
    refuse('connection.userId', `means nothing to the connector ${definition}`);
  if (!address || !key) return {};
  return { [key]: definition === 'postgresql' ? postgresUrl(address, userId, connectorName) : address };
}

function postgresUrl(address: string, userId: string | null | undefined, connectorName: string): string {
  const text = address.replace(/^jdbc:/, '');
  if (!/^postgres(ql)?:\/\//.test(text)) {
    throw new EgeriaError('OMAG-ADMIN-400-041', [
      connectorName,
      'its address is not one of a PostgreSQL database, the only kind that is catalogued',
    ]);
  }
  if (!userId || !URL.canParse(text)) return text;
  const url = new URL(text);
  if (!url.username) url.username = userId;
  return url.href;
}

/** A new address for a connector that has one. */
export function withAddress(config: Config, address: string, target: Target): Config {
  const key = addressKeyOf(target.definition);
  const before = key ? config[key] : undefined;
  const userId = typeof before === 'string' && URL.canParse(before) ? new URL(before).username : undefined;
  const user = userId && target.definition === 'postgresql' ? decodeURIComponent(userId) : undefined;
  return { ...config, ...addressOf([{ endpoint: { address }, userId: user }], target) };
}
