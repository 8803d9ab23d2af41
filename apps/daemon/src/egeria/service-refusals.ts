/** What Egeria takes and is refused here, with the reason. Pure. */
import type { HostedDefinition } from '@idaemon/contracts';
import { plainSecrets } from '../definitions/secret-checks.js';
import type { ConnectorConfig } from './beans.js';
import type { Translated } from './connector-document.js';
import type { EgeriaConnector } from './egeria-connectors.js';
import { EgeriaError } from './egeria-error.js';
import type { RegisteredService } from './service-registry.js';

export function refuseOptions(options: Record<string, unknown>, { fullName }: RegisteredService): void {
  const [name] = Object.keys(options);
  if (name === undefined) return;
  const parameters = [`The option ${name} of ${fullName}`, 'services have no options here'];
  throw new EgeriaError('IDAEMON-EGERIA-501-001', parameters, 'integrationServiceOptions');
}

/** Names and ids are unique in the whole daemon. */
export function refuseTaken(
  { connectorName, connectorId }: ConnectorConfig,
  before: EgeriaConnector | undefined,
  service: RegisteredService,
  existing: ReadonlyMap<string, EgeriaConnector>,
): void {
  const name = connectorName ?? '';
  const refuse = (why: string): never => {
    throw new EgeriaError('IDAEMON-EGERIA-409-001', [name, why], 'connectorName');
  };
  if (before && before.configuration.service !== service.marker)
    refuse(`the ${before.configuration.service} has a connector ${before.configuration.name}`);
  if (before?.kept && before.kept.connectorName !== name)
    refuse(`${before.kept.connectorName} is the connector ${before.configuration.name} already`);
  if (!connectorId) return;
  const other = [...existing.values()].find(
    (one) =>
      one !== before && one.kept?.connectorId === connectorId && one.configuration.service !== service.marker,
  );
  if (other) refuse(`its connectorId is the one of ${other.kept?.connectorName}`);
}

export function refuseTwice(connectors: readonly Translated[]): void {
  const names = connectors.map(({ document }) => document.name);
  const ids = connectors.map(({ kept }) => kept.connectorId);
  const twice = connectors.find(
    ({ document, kept }, index) =>
      names.indexOf(document.name) !== index ||
      (kept.connectorId !== undefined && ids.indexOf(kept.connectorId) !== index),
  );
  if (!twice) return;
  const { connectorName } = twice.kept;
  const parameters = [connectorName, 'the request has two connectors of this name or connectorId'];
  throw new EgeriaError('IDAEMON-EGERIA-409-001', parameters, 'connectorName');
}

export function refuseBlocking(
  { usesBlockingCalls, connectorName }: ConnectorConfig,
  definition: HostedDefinition | undefined,
): void {
  if (!usesBlockingCalls || !definition || definition.triggers.includes('engage')) return;
  const why = `usesBlockingCalls is true, and the connector ${definition.name} only refreshes`;
  throw new EgeriaError('IDAEMON-EGERIA-400-002', [connectorName ?? '', why], 'usesBlockingCalls');
}

/** What is kept beside a document is looked through as the document is: a password may be in any URL. */
export function refuseSecretsIn(kept: object, thing: string): void {
  const [found] = plainSecrets(kept, '');
  if (!found) return;
  const place = found.path.replace(/^\./, '');
  throw new EgeriaError('IDAEMON-EGERIA-400-003', [thing, place], place);
}
