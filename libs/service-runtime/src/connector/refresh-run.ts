import {
  fromWireError,
  IdaemonError,
  noCounts,
  parseDuration,
  toWireError,
  type Fence,
  type RunReport,
} from '@idaemon/contracts';
import { createRefreshMetadata, type SessionPort } from '@idaemon/connector-kit';
import type { Redaction } from '../bootstrap/redaction.js';
import type { HostEnvironment } from '../hosting/host-environment.js';
import type { RunSession } from '../hosting/ports.js';
import type { DueRun } from '../schedule/refresh-queue.js';
import { NotBegunError, unlessAway, type Connection } from './connection.js';
import { deadlineAfter, type Deadline } from './deadline.js';
import { consequenceOf, explainFailure } from './explain-failure.js';
import type { InstanceContext } from './instance-context.js';
import { IgnoresAbortError, obedient } from './obedience.js';

/** How a run ended; `isReported` when the gateway has the report. */
export interface RunEnd {
  report: RunReport;
  isReported: boolean;
  error?: IdaemonError;
}

/**
 * One refresh is one session, from its begin to its commit. Throws when it was stopped, or when ownership is lost:
 * then the run goes on elsewhere and has no end here.
 */
export async function refreshOnce(
  run: DueRun,
  connection: Connection,
  instance: InstanceContext,
  signal: AbortSignal,
): Promise<RunEnd> {
  const { environment, fence, status } = instance;
  const startedMs = environment.clock.wallMs();
  const deadline = runDeadline(connection, environment, signal);
  let session: RunSession | undefined;
  try {
    session = await begin(run, connection, startedMs, deadline.signal);
    status.runBegan(run, startedMs, () => session?.counts ?? noCounts);
    await callRefresh(run, connection, session, instance, deadline.signal);
    return endOf(await session.commit());
  } catch (error) {
    const failure = explainFailure(
      deadline.expired ?? error,
      connection.configuration.name,
      environment.redaction,
    );
    if (error instanceof IgnoresAbortError) throw error;
    if (error instanceof NotBegunError || signal.aborted || consequenceOf(failure) === 'stop') {
      await session?.abandon();
      throw error;
    }
    logFailure(error, failure, run, instance);
    const report = await session?.abandon(failure);
    if (report) return { report, isReported: true, error: failure };
    const counts = session?.counts ?? noCounts;
    const own = { ...failedReport(run, fence, startedMs, environment.clock.wallMs(), failure), counts };
    return { report: own, isReported: false, error: failure };
  } finally {
    deadline.end();
  }
}

/** The report of a run that failed before it had a session. */
export function failedReport(
  { id, mode, trigger, approves }: DueRun,
  { connector, shard, epoch }: Fence,
  startedMs: number,
  endedMs: number,
  error: IdaemonError,
): RunReport {
  return {
    id,
    connector,
    shard,
    epoch,
    mode,
    trigger,
    outcome: 'failed',
    startedAt: new Date(startedMs).toISOString(),
    endedAt: new Date(endedMs).toISOString(),
    counts: noCounts,
    heldRemovals: 0,
    unread: [],
    unreadCount: 0,
    error: toWireError(error),
    ...(approves ? { approves } : {}),
  };
}

function begin(
  { id, mode, trigger, approves }: DueRun,
  { gateway }: Connection,
  startedMs: number,
  signal: AbortSignal,
): Promise<RunSession> {
  const startedAt = new Date(startedMs);
  return unlessAway(gateway.begin({ runId: id, mode, trigger, startedAt, approves }, signal));
}

async function callRefresh(
  run: DueRun,
  { definition, context, client, configuration, extend }: Connection,
  session: RunSession,
  { environment, logs }: InstanceContext,
  signal: AbortSignal,
): Promise<void> {
  const metadata = createRefreshMetadata(definition.service, scrubbed(session, environment.redaction));
  const refresh = async () =>
    definition.refresh?.({
      ...context,
      ...extend(signal),
      client,
      metadata,
      state: session.state,
      log: logs.writer(run.id),
      signal,
    });
  await obedient(`refresh of ${configuration.name}`, refresh, signal, environment.clock);
  signal.throwIfAborted();
}

function endOf(report: RunReport): RunEnd {
  if (report.outcome !== 'failed') return { report, isReported: true };
  const error = report.error
    ? fromWireError(report.error)
    : new IdaemonError('internal-error', 'The gateway failed the run without a reason');
  return { report, isReported: true, error };
}

/** Reasons come from drivers, who may name a secret. */
function scrubbed(session: RunSession, redaction: Redaction): SessionPort {
  return {
    write: (collection, scope, element) => session.write(collection, scope, element),
    complete: (collection, scope) => session.complete(collection, scope),
    unread: ({ what, reason }, of) => session.unread({ what, reason: redaction.text(reason) }, of),
    change: (change, options) => session.change(change, options),
    resolve: (reference) => session.resolve(reference),
    find: (query) => session.find(query),
    relationships: (query) => session.relationships(query),
    follow: (query) => session.follow(query),
  };
}

function runDeadline(
  { configuration }: Connection,
  { clock }: HostEnvironment,
  signal: AbortSignal,
): Deadline {
  const { maxRunTime, name } = configuration;
  return deadlineAfter(
    parseDuration(maxRunTime) ?? Infinity,
    () => tookTooLong(name, maxRunTime),
    signal,
    clock,
  );
}

function tookTooLong(name: string, maxRunTime: string): IdaemonError {
  const message = `The run of ${name} took longer than its maxRunTime ${maxRunTime}`;
  const action =
    'Raise maxRunTime, or let the connector read less. Nothing was removed; it is tried again by itself.';
  return new IdaemonError('system-unavailable', message, { action });
}

function logFailure(error: unknown, failure: IdaemonError, run: DueRun, { logs }: InstanceContext): void {
  const { code, action } = failure;
  logs.write('warn', `The ${run.mode} failed: ${failure.message}`, { code, action, error }, run.id);
}
