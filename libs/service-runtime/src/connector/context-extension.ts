import type { ConnectorLog, IntegrationService } from '@idaemon/connector-kit';
import type { Fence } from '@idaemon/contracts';

/** Whom the members are for: one run of `refresh`, or one `engage`, of a connector (shard) that is owned here. */
export interface ExtendedInstance extends Fence {
  /** How many parts the connector is owned as. */
  readonly shards: number;
  /** Aborts when the connector shall stop; the members must end what they do for it. */
  readonly signal: AbortSignal;
  readonly log: ConnectorLog;
}

/** Provides what a service declares as its extension. A module of the app gives it under this token and exports it. */
export const CONTEXT_EXTENSION = Symbol('idaemon:context-extension');

/** The members by their names. Called for each `refresh` and each `engage`; pure but for what the members do later. */
export type ContextExtensionProvider = (instance: ExtendedInstance) => Readonly<Record<string, unknown>>;

/** What a service declares and its app does not bring would fail in each connector: the app says so at its start. */
export function checkExtension(
  { name, extension }: IntegrationService,
  provider: ContextExtensionProvider | undefined,
): void {
  if (!extension || provider) return;
  throw new Error(
    `The service ${name} gives its connectors ${extension.names.join(', ')}, but no module of its app provides CONTEXT_EXTENSION`,
  );
}
