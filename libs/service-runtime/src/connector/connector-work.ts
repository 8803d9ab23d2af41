import { RequestError, type IdaemonError, type RunReport } from '@idaemon/contracts';
import type { DueRun } from '../schedule/refresh-queue.js';
import type { Wake } from '../schedule/wake.js';
import type { Connection } from './connection.js';
import { keepEngaged } from './engagement.js';
import type { InstanceContext } from './instance-context.js';
import { linkedAbort } from './linked-abort.js';
import { IgnoresAbortError } from './obedience.js';
import { failedReport, refreshOnce } from './refresh-run.js';

export interface WorkOptions {
  instance: InstanceContext;
  /** Rung when a refresh may be due. */
  due: Wake;
  /** A refresh has succeeded. */
  onSuccess: () => void;
}

/** Refreshes and engages side by side; ends with the signal, or with a failure that needs a new connection. */
export async function work(connection: Connection, options: WorkOptions, signal: AbortSignal): Promise<void> {
  const { controller, letGo } = linkedAbort(signal);
  const loops = [refreshes(connection, options, controller.signal)];
  if (connection.definition.engage) loops.push(engagement(connection, options, controller.signal));
  const first = await Promise.race(loops).then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  controller.abort(new Error('The other half of the connector has failed'));
  letGo();
  const ends = await Promise.allSettled(loops);
  for (const end of ends) {
    if (end.status === 'rejected' && end.reason instanceof IgnoresAbortError) throw end.reason;
  }
  if (first) throw first.error;
}

async function refreshes(connection: Connection, options: WorkOptions, signal: AbortSignal): Promise<void> {
  const { environment, queue } = options.instance;
  while (!signal.aborted) {
    const due = queue.due();
    if (!due) {
      await options.due.next(signal);
      continue;
    }
    const giveBack = await environment.refreshes.take(due.isRequested, signal);
    if (!giveBack) return;
    try {
      await refresh(queue.due() ?? due, connection, options, signal);
    } finally {
      giveBack();
    }
  }
}

async function refresh(
  run: DueRun,
  connection: Connection,
  { instance, onSuccess }: WorkOptions,
  signal: AbortSignal,
): Promise<void> {
  const { environment, status, queue } = instance;
  const { clock, metrics, reports } = environment;
  if (!connection.definition.refresh) return refuse(run, connection, instance);
  const startedMs = clock.wallMs();
  metrics.integratorRefreshDelay.observe((startedMs - run.dueAtMs) / 1000);
  const end = await refreshOnce(run, connection, instance, signal).catch((error: unknown) => {
    status.runEnded();
    throw error;
  });
  queue.ended(run, startedMs, end.error === undefined);
  status.runEnded(end.report);
  metrics.integratorRuns.inc({ outcome: end.report.outcome });
  metrics.integratorRunDuration.observe((clock.wallMs() - startedMs) / 1000);
  if (!end.error) tellOutcome(end.report, instance);
  if (!end.isReported) reports.add(connection.configuration.gateway, end.report);
  if (!end.error) return onSuccess();
  // Nobody but the one who asked for a plan waits for it: the connector goes on.
  if (run.mode === 'refresh') throw end.error;
}

function tellOutcome(
  { id, mode, outcome, counts, heldRemovals, unreadCount }: RunReport,
  { logs }: InstanceContext,
): void {
  const exceptions = {
    ...(heldRemovals > 0 ? { heldRemovals } : {}),
    ...(unreadCount > 0 ? { unread: unreadCount } : {}),
  };
  logs.write('info', `The ${mode} has ended: ${outcome}`, { ...counts, ...exceptions }, id);
}

/** Without `refresh` there is nothing to compare with: an empty refresh would remove everything. */
function refuse(
  run: DueRun,
  { definition, configuration }: Connection,
  { environment, queue, fence }: InstanceContext,
): void {
  const { reports, clock } = environment;
  const nowMs = clock.wallMs();
  const error = new RequestError(`The connector ${definition.name} only listens: it has no refresh`);
  reports.add(configuration.gateway, failedReport(run, fence, nowMs, nowMs, error));
  queue.ended(run, nowMs, true);
}

function engagement(connection: Connection, { instance }: WorkOptions, signal: AbortSignal): Promise<void> {
  const { environment, status, queue, logs } = instance;
  const hasRefresh = connection.definition.refresh !== undefined;
  const requestRefresh = () => {
    if (hasRefresh && !signal.aborted) queue.owe('event');
  };
  const onFailure = (failure: IdaemonError, nextTryAtMs: number, error: unknown) => {
    logs.write('warn', `Listening for changes failed: ${failure.message}`, { error });
    status.move('will-retry', { error: failure, nextTryAtMs });
  };
  const onRecovered = () => {
    status.move('recovered');
    requestRefresh();
  };
  return keepEngaged(connection, { environment, requestRefresh, onFailure, onRecovered }, signal);
}
