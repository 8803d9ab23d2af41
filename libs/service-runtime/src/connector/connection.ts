import {
  ConfigurationError,
  metadataSourceOf,
  OwnershipLostError,
  SystemUnavailableError,
  type ConnectorConfiguration,
} from '@idaemon/contracts';
import type { AnyConnector, ConnectContext, SecretDeclarations } from '@idaemon/connector-kit';
import { isTransient, type Stall } from '@idaemon/open-metadata-client';
import type { HostEnvironment } from '../hosting/host-environment.js';
import type { Lease } from '../hosting/lease.js';
import type { OwnerGateway } from '../hosting/ports.js';
import { pause } from '../schedule/clock.js';
import { checkConfiguration, configurationError } from './check-configuration.js';
import type { LogMemory } from './connector-log.js';
import { deadlineAfter } from './deadline.js';
import type { InstanceContext } from './instance-context.js';
import { explainFailure } from './explain-failure.js';
import { IgnoresAbortError, obedient } from './obedience.js';
import { resolveSecrets } from './secrets.js';

/** A connector whose configuration is right and whose claim is the newest. */
export interface ClaimedConnector {
  definition: AnyConnector;
  configuration: ConnectorConfiguration;
  gateway: OwnerGateway;
  /** What each of the connector's methods is given besides its own. */
  context: Omit<ConnectContext<unknown, SecretDeclarations>, 'signal'>;
  /** The members that its service adds for `refresh` and `engage`. */
  extend: (signal: AbortSignal) => Readonly<Record<string, unknown>>;
}

/** One that is connected. */
export interface Connection extends ClaimedConnector {
  client: unknown;
}

/** Nothing was begun, since the daemon or the gateway is away: tried again soon, and no run has failed. */
export class NotBegunError extends Error {
  constructor(override readonly cause: unknown) {
    super('Not begun');
  }
}

/** What is away of our own parts comes back soon. */
export async function unlessAway<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw isTransient(error) ? new NotBegunError(error) : error;
  }
}

/** Closing may take a while; a third party that has gone silent must not keep the connector from going on. */
const disconnectDeadlineMs = 5_000;
/** How long secrets stay hidden after their connector has stopped: late messages of drivers may hold them. */
const hideAfterMs = 60_000;

const gapMessage =
  'Changes of open metadata are no longer kept back to where the connector was: it is given all elements anew, and refreshes';

/** Check, secrets, claim, in this order. */
export async function claimConnector(
  configuration: ConnectorConfiguration,
  instance: InstanceContext,
  signal: AbortSignal,
): Promise<ClaimedConnector> {
  const { environment, fence, lease, logs, queue } = instance;
  const { name } = configuration;
  const definition = definitionOf(configuration, environment);
  const checked = checkConfiguration(definition, configuration);
  if ('errors' in checked) throw configurationError(name, checked.errors);
  const secrets = await resolveSecrets(configuration, environment.secrets, signal);
  hideWhile(signal, Object.values(secrets), environment);
  const gateway = environment.gateways.open({
    gateway: configuration.gateway,
    fence,
    service: environment.service,
    source: metadataSourceOf(configuration),
    synchronization: configuration.synchronization,
    removal: configuration.removal,
    assertOwner: () => assertOwner(lease, name),
    onStall: (stall) => showStall(name, stall, instance),
    onGap: () => {
      logs.write('warn', gapMessage);
      environment.metrics.integratorChangeGaps.inc();
      if (definition.refresh) queue.owe('metadata-change');
    },
  });
  await unlessAway(gateway.claim(environment.instanceId, signal));
  const { shards = 1 } = definition;
  const shard = { index: fence.shard, count: shards };
  const context = { name, config: checked.config, secrets, log: logs.writer(), shard };
  const extend = (until: AbortSignal) =>
    environment.extension?.({ ...fence, shards, signal: until, log: context.log }) ?? {};
  return { definition, configuration, gateway, context, extend };
}

/** Whoever looks sees why nothing moves, and when it is tried again. */
function showStall(name: string, stall: Stall | null, { environment, status, logs }: InstanceContext): void {
  if (!stall) {
    if (status.flows()) logs.write('info', 'Open metadata is answered again');
    return;
  }
  const { clock, redaction } = environment;
  const error = explainFailure(stall.error, name, redaction);
  const { code, action } = error;
  const isNew = status.stalls({ error, nextTryAtMs: clock.wallMs() + stall.nextTryInMs });
  if (isNew) logs.write('warn', `Tried again until it is answered: ${error.message}`, { code, action });
}

/** Within a time of its own: a third party that never answers is one that is away. */
export async function openConnection(
  claimed: ClaimedConnector,
  { environment, logs }: Pick<InstanceContext, 'environment' | 'logs'>,
  signal: AbortSignal,
): Promise<Connection> {
  const { clock, connectTimeoutMs } = environment;
  const { definition, context } = claimed;
  const deadline = deadlineAfter(
    connectTimeoutMs,
    () => tooSlow(context.name, connectTimeoutMs),
    signal,
    clock,
  );
  const connect = async (): Promise<unknown> => definition.connect?.({ ...context, signal: deadline.signal });
  try {
    const client = await obedient(`connect of ${context.name}`, connect, deadline.signal, clock);
    const connection = { ...claimed, client };
    if (!deadline.expired) return connection;
    await closeConnection(connection, environment, logs);
  } catch (error) {
    if (error instanceof IgnoresAbortError || !deadline.expired) throw error;
  } finally {
    deadline.end();
  }
  throw deadline.expired;
}

function tooSlow(name: string, timeoutMs: number): SystemUnavailableError {
  const cause = new Error(`connect did not end within ${timeoutMs / 1000} s`);
  return new SystemUnavailableError(`The third party of ${name}`, {
    cause,
    action:
      'Nothing to do: it is tried again by itself. If it stays so, check the address, or raise IDAEMON_CONNECT_TIMEOUT of the integrator.',
  });
}

/** Late and once, whatever happened; what it throws is logged and changes nothing, and it is not waited for without end. */
export async function closeConnection(
  connection: Connection,
  { clock }: Pick<HostEnvironment, 'clock'>,
  logs: LogMemory,
): Promise<void> {
  const isClosed = new AbortController();
  const closing = disconnect(connection, logs).finally(() => isClosed.abort());
  await Promise.race([closing, pause(clock, disconnectDeadlineMs, isClosed.signal)]);
  if (isClosed.signal.aborted) return;
  logs.write('warn', `The connector does not end its disconnect within ${disconnectDeadlineMs / 1000} s`);
}

async function disconnect({ definition, client, context }: Connection, logs: LogMemory): Promise<void> {
  try {
    await definition.disconnect?.({ client, log: context.log });
  } catch (error) {
    logs.write('warn', 'The connector could not disconnect', { error });
  }
}

export function definitionOf(
  { connector, name }: ConnectorConfiguration,
  { definitions, service }: Pick<HostEnvironment, 'definitions' | 'service'>,
): AnyConnector {
  const definition = definitions.get(connector);
  if (definition) return definition;
  const message = `The ${service} has no connector "${connector}"; it has ${definitions.names.join(', ') || 'none'}`;
  throw new ConfigurationError(`${name}: ${message}`, { errors: [{ path: 'connector', message }] });
}

function assertOwner(lease: Lease, name: string): void {
  if (lease.isValid) return;
  throw new OwnershipLostError(`The lease of this instance on ${name} is over`);
}

function hideWhile(signal: AbortSignal, values: string[], { redaction, clock }: HostEnvironment): void {
  const reveal = redaction.hide(values);
  signal.addEventListener('abort', () => void clock.after(hideAfterMs, reveal), { once: true });
}
