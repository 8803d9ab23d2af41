import type { ServiceName } from '@idaemon/contracts';
import type { Metrics } from '@idaemon/metrics';
import type { Log } from '../bootstrap/log.js';
import type { Redaction } from '../bootstrap/redaction.js';
import type { ContextExtensionProvider } from '../connector/context-extension.js';
import type { Definitions } from '../connector/definitions.js';
import type { RefreshSlots } from '../connector/refresh-slots.js';
import type { SecretSources } from '../connector/secrets.js';
import type { Clock } from '../schedule/clock.js';
import type { DaemonPort, GatewaysPort } from './ports.js';
import type { RunReports } from './run-reports.js';

/** What the connector instances of one process share. */
export interface HostEnvironment {
  /** Random, stable for the process. */
  readonly instanceId: string;
  readonly service: ServiceName;
  readonly definitions: Definitions;
  readonly daemon: DaemonPort;
  readonly gateways: GatewaysPort;
  readonly reports: RunReports;
  /** Refreshes at once. */
  readonly refreshes: RefreshSlots;
  /** Starts at once: each asks the daemon and the gateway. */
  readonly starts: RefreshSlots;
  /** How long a connector may take to connect. */
  readonly connectTimeoutMs: number;
  readonly secrets: SecretSources;
  readonly redaction: Redaction;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** What the service adds to the contexts of its connectors; none for most. */
  readonly extension?: ContextExtensionProvider;
}
