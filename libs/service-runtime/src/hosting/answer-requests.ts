import {
  instanceMessages,
  serviceMessages,
  type ConnectorConfiguration,
  type FieldError,
  type LogLine,
  type WireError,
} from '@idaemon/contracts';
import { toWireError } from '@idaemon/contracts';
import type { Messaging } from '@idaemon/messaging';
import { inNameOf } from '../bootstrap/stray-errors.js';
import { checkConfiguration, configurationError } from '../connector/check-configuration.js';
import { definitionOf } from '../connector/connection.js';
import { explainFailure } from '../connector/explain-failure.js';
import { obedient } from '../connector/obedience.js';
import { resolveSecrets } from '../connector/secrets.js';
import { RefreshSchedule } from '../schedule/refresh-schedule.js';
import type { Fleet } from './fleet.js';
import type { HostEnvironment } from './host-environment.js';

/** A person waits for the answer. */
const testDeadlineMs = 25_000;

/** Answers what the daemon asks of any instance of the service, and of this one. */
export function answerRequests(messaging: Messaging, environment: HostEnvironment, fleet: Fleet): void {
  const { service, instanceId, log } = environment;
  const shared = { queue: service, maxConcurrent: 16 };
  messaging.respond(
    serviceMessages.validate,
    { service },
    async ({ configuration }) => ({ errors: validate(configuration, environment) }),
    shared,
  );
  messaging.respond(
    serviceMessages.test,
    { service },
    ({ configuration }) => test(configuration, environment),
    shared,
  );
  const own = { instance: instanceId };
  messaging.respond(instanceMessages.logs, own, async ({ connector, limit }) => ({
    items: linesOf(fleet, connector, limit),
  }));
  messaging.respond(instanceMessages.logLevel, own, async ({ level }) => {
    log.level = level;
    for (const { logs } of fleet.instances) logs.level = level;
    log.info({ level }, 'The log level was changed');
    return {};
  });
}

function validate(configuration: ConnectorConfiguration, environment: HostEnvironment): FieldError[] {
  try {
    const checked = checkConfiguration(definitionOf(configuration, environment), configuration);
    const errors = 'errors' in checked ? checked.errors : [];
    return [...errors, ...scheduleErrors(configuration)];
  } catch (error) {
    return toWireError(error).errors ?? [{ path: '', message: toWireError(error).message }];
  }
}

function scheduleErrors({ schedule }: ConnectorConfiguration): FieldError[] {
  try {
    new RefreshSchedule(schedule);
    return [];
  } catch (error) {
    return toWireError(error).errors ?? [];
  }
}

/** Connects and disconnects; nothing is saved, nothing is claimed. */
async function test(
  configuration: ConnectorConfiguration,
  environment: HostEnvironment,
): Promise<{ error: WireError | null; durationMs: number }> {
  const { clock, redaction } = environment;
  const startedMs = clock.monotonicMs();
  let reveal: () => void = () => undefined;
  let error: WireError | null = null;
  try {
    const secrets = await resolveSecrets(
      configuration,
      environment.secrets,
      AbortSignal.timeout(testDeadlineMs),
    );
    reveal = redaction.hide(Object.values(secrets));
    await failingWithStrays(() => connectOnce(configuration, secrets, environment));
  } catch (failure) {
    error = toWireError(explainFailure(failure, configuration.name, redaction));
  }
  reveal();
  return { error, durationMs: Math.round(clock.monotonicMs() - startedMs) };
}

/** What the tried connector does not await fails the test, not the connectors that run here. */
function failingWithStrays(work: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const takeStray = (error: unknown) => {
      reject(error instanceof Error ? error : new Error(String(error)));
      return true;
    };
    void inNameOf({ takeStray }, work).then(resolve, reject);
  });
}

async function connectOnce(
  configuration: ConnectorConfiguration,
  secrets: Record<string, string>,
  environment: HostEnvironment,
): Promise<void> {
  const { name } = configuration;
  const definition = definitionOf(configuration, environment);
  const checked = checkConfiguration(definition, configuration);
  if ('errors' in checked) throw configurationError(name, checked.errors);
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  const signal = AbortSignal.timeout(testDeadlineMs);
  const shard = { index: 0, count: definition.shards ?? 1 };
  const context = { name, config: checked.config, secrets, log, signal, shard };
  const { clock } = environment;
  const connect = async (): Promise<unknown> => definition.connect?.(context);
  const client = await obedient(`connect of ${name}`, connect, signal, clock);
  const disconnect = async (): Promise<void> => definition.disconnect?.({ client, log });
  await obedient(`disconnect of ${name}`, disconnect, signal, clock);
}

function linesOf(fleet: Fleet, connector: string, limit: number): LogLine[] {
  const lines = fleet.find(connector).flatMap(({ logs }) => logs.last(limit));
  return lines.sort((a, b) => a.at.localeCompare(b.at)).slice(-limit);
}
