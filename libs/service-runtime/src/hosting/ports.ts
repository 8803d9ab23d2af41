/** What a host of connector instances stands on: the daemon and the gateways. Specs give their own. */
import type {
  ConnectorConfiguration,
  Fence,
  Heartbeat,
  HeartbeatReply,
  RunCounts,
  RunReport,
} from '@idaemon/contracts';
import type { ConnectorStateStore, MetadataPort, SessionPort } from '@idaemon/connector-kit';
import type { GatewayClientOptions, RunBegin } from '@idaemon/open-metadata-client';

/** The session of one run. */
export interface RunSession extends SessionPort {
  readonly counts: RunCounts;
  readonly state: ConnectorStateStore;
  commit(): Promise<RunReport>;
  /** Without an error the run goes on elsewhere. Null: the gateway has no report of it. */
  abandon(error?: unknown): Promise<RunReport | null>;
}

/** A gateway as the owner of one connector sees it. */
export interface OwnerGateway {
  /** One try. */
  claim(instanceId: string, signal: AbortSignal): Promise<void>;
  /** One try, unless the gateway is only busy. */
  begin(run: RunBegin, signal: AbortSignal): Promise<RunSession>;
  port(signal: AbortSignal): MetadataPort;
  state(signal: AbortSignal): ConnectorStateStore;
}

export type OwnerOptions = Omit<GatewayClientOptions, 'messaging'>;

export interface GatewaysPort {
  open(owner: OwnerOptions): OwnerGateway;
  /** The claims that are no longer the newest. One try. */
  confirm(gateway: string, claims: Fence[]): Promise<Fence[]>;
  /** One try. */
  reportRun(gateway: string, report: RunReport): Promise<void>;
}

export interface DaemonPort {
  heartbeat(heartbeat: Heartbeat): Promise<HeartbeatReply>;
  configuration(connector: string, revision: number, signal: AbortSignal): Promise<ConnectorConfiguration>;
  release(instanceId: string, released: Fence[]): Promise<void>;
  raiseEpoch(fence: Fence): Promise<void>;
  leave(instanceId: string): Promise<void>;
}
