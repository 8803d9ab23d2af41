/** The observed state of a connector as Egeria's `IntegrationConnectorReport`. Pure. */
import type { ConnectorState, ConnectorStatus } from '@idaemon/contracts';
import {
  connectionBean,
  connectorIdOf,
  connectorNameOf,
  minutesOf,
  withoutNothing,
  type Described,
} from './connector-bean.js';
import { dateOf } from './envelope.js';
import { stableId } from './names.js';

export function connectorReport(connector: Described, status: ConnectorStatus): Record<string, unknown> {
  const { owner, epoch, since, lastRun, error } = status;
  return withoutNothing({
    connectorId: connectorIdOf(connector),
    connectorName: connectorNameOf(connector),
    connection: connectionBean(connector),
    connectorInstanceId: owner === null ? undefined : stableId('instance', owner, String(epoch)),
    connectorStatus: statusBean(status),
    lastStatusChange: dateOf(since),
    lastRefreshTime: lastRun === null ? undefined : dateOf(lastRun.endedAt),
    minMinutesBetweenRefresh: minutesOf(connector.configuration.schedule),
    failingExceptionMessage: error === null ? undefined : `${error.message}. ${error.action}`,
    statistics: statisticsOf(status),
  });
}

/** A stuck or failed connector needs a person, one that has no owner or waits is tried again: Egeria's words for these. */
const statuses: Record<ConnectorState, string> = {
  starting: 'INITIALIZED',
  running: 'RUNNING',
  waiting: 'INITIALIZE_FAILED',
  unassigned: 'INITIALIZE_FAILED',
  paused: 'STOPPED',
  stopped: 'STOPPED',
  failed: 'FAILED',
  stuck: 'FAILED',
};

function statusBean({ state, error }: ConnectorStatus): string {
  if (state === 'failed' && error?.code === 'configuration-invalid') return 'CONFIG_FAILED';
  return statuses[state];
}

function statisticsOf({
  state,
  lastRun,
  nextRefreshAt,
  nextTryAt,
}: ConnectorStatus): Record<string, unknown> {
  return withoutNothing({
    state,
    ...(lastRun ? { outcome: lastRun.outcome, ...lastRun.counts } : {}),
    nextRefreshTime: nextRefreshAt === null ? undefined : dateOf(nextRefreshAt),
    nextTryTime: nextTryAt === null ? undefined : dateOf(nextTryAt),
  });
}
