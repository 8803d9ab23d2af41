import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError, ServiceName } from '@idaemon/contracts';
import type { AnyConnector } from '@idaemon/connector-kit';
import type { Log } from '../bootstrap/log.js';
import { isDefinition, type Definitions } from './definitions.js';
import { packageEntry } from './package-entry.js';

/**
 * Adds the connectors of other packages, as `IDAEMON_CONNECTORS` names them: npm packages or paths. One list serves all
 * integrators: connectors of other services are skipped.
 */
export async function addExternalConnectors(
  definitions: Definitions,
  names: readonly string[],
  folder: string,
  log: Pick<Log, 'info'>,
): Promise<void> {
  for (const name of names) {
    const { connectors, version } = await load(name, folder);
    const origin = version ? `of ${name} ${version}` : `of ${name}`;
    const [own, others] = partition(connectors, definitions.service);
    if (others.length > 0) {
      const skipped = others.map((connector) => connector.name);
      log.info({ skipped }, `Connectors ${origin} are for other services than the ${definitions.service}`);
    }
    definitions.add(
      own.map((connector) => (connector.version || !version ? connector : { ...connector, version })),
      origin,
    );
  }
}

function partition(
  connectors: readonly AnyConnector[],
  service: ServiceName,
): [own: AnyConnector[], others: AnyConnector[]] {
  const isOther = ({ service: { name } }: { service: { name: string } }): boolean =>
    name !== service && ServiceName.safeParse(name).success;
  return [
    connectors.filter((connector) => !isOther(connector)),
    connectors.filter((connector) => isOther(connector)),
  ];
}

interface Package {
  connectors: AnyConnector[];
  version: string | undefined;
}

async function load(name: string, folder: string): Promise<Package> {
  const file = entryOf(name, folder);
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw unusable(name, `cannot be loaded: ${messageOf(error)}`, error);
  }
  const connectors = Object.values(exported).filter(isDefinition);
  if (connectors.length === 0) throw unusable(name, 'exports no connector made with defineConnector');
  return { connectors, version: await versionOf(file) };
}

function entryOf(name: string, folder: string): string {
  const isPath = name.startsWith('.') || isAbsolute(name);
  try {
    return packageEntry(name, folder);
  } catch (error) {
    const next = isPath ? 'the path does not lead to a module' : 'it is not installed';
    throw unusable(name, `cannot be found: ${next}`, error);
  }
}

async function versionOf(file: string): Promise<string | undefined> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const version = await packageVersion(join(folder, 'package.json'));
    if (version !== undefined || folder === dirname(folder)) return version;
  }
}

async function packageVersion(path: string): Promise<string | undefined> {
  try {
    const { version } = JSON.parse(await readFile(path, 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

function unusable(name: string, reason: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(`${name}, which IDAEMON_CONNECTORS names, ${reason}`, {
    cause,
    action: 'Install the package or correct IDAEMON_CONNECTORS; then start again.',
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
}
