import type { IdaemonError } from '@idaemon/contracts';
import { createMetadata } from '@idaemon/connector-kit';
import type { HostEnvironment } from '../hosting/host-environment.js';
import { BackOff } from '../schedule/back-off.js';
import { pause } from '../schedule/clock.js';
import type { Connection } from './connection.js';
import { consequenceOf, explainFailure } from './explain-failure.js';
import { IgnoresAbortError, obedient } from './obedience.js';

/** It counts as working again when it has listened for this long. */
const steadyMs = 5_000;

export interface EngagementOptions {
  environment: HostEnvironment;
  requestRefresh: () => void;
  /** It has failed, and is tried again at `nextTryAtMs`. */
  onFailure: (failure: IdaemonError, nextTryAtMs: number, error: unknown) => void;
  /** It works again; events may have been lost meanwhile. */
  onRecovered: () => void;
}

/** Keeps `engage` listening until the signal aborts. Throws what another try cannot mend. */
export async function keepEngaged(
  connection: Connection,
  options: EngagementOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, redaction } = options.environment;
  const { name } = connection.configuration;
  const backOff = new BackOff();
  let hasFailed = false;
  while (!signal.aborted) {
    const cancel = clock.after(steadyMs, () => {
      backOff.reset();
      if (hasFailed) options.onRecovered();
      hasFailed = false;
    });
    try {
      await engage(connection, options, signal);
      if (!signal.aborted) throw new Error(`engage of ${name} returned, though nobody told it to stop`);
    } catch (error) {
      if (error instanceof IgnoresAbortError) throw error;
      if (signal.aborted) return;
      const failure = explainFailure(error, name, redaction);
      if (consequenceOf(failure) !== 'retry') throw error;
      cancel();
      hasFailed = true;
      const delayMs = backOff.nextDelayMs(failure.retryAfterMs);
      options.onFailure(failure, clock.wallMs() + delayMs, error);
      await pause(clock, delayMs, signal);
    } finally {
      cancel();
    }
  }
}

async function engage(
  { definition, gateway, context, client, configuration, extend }: Connection,
  { environment, requestRefresh }: EngagementOptions,
  signal: AbortSignal,
): Promise<void> {
  const metadata = createMetadata(definition.service, gateway.port(signal));
  const state = gateway.state(signal);
  const listen = async () =>
    definition.engage?.({ ...context, ...extend(signal), client, metadata, state, requestRefresh, signal });
  await obedient(`engage of ${configuration.name}`, listen, signal, environment.clock);
}
