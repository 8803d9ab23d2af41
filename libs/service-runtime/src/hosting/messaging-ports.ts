import { daemonMessages, gatewayMessages } from '@idaemon/contracts';
import type { Messaging } from '@idaemon/messaging';
import { GatewayClient } from '@idaemon/open-metadata-client';
import type { DaemonPort, GatewaysPort } from './ports.js';

/** Three of them fit into a lease. */
const heartbeatDeadlineMs = 1_500;
/** Said while stopping: the lease ends by itself where nobody hears it. */
const farewellDeadlineMs = 500;

export function daemonOver(messaging: Pick<Messaging, 'request'>): DaemonPort {
  return {
    heartbeat: (heartbeat) =>
      messaging.request(daemonMessages.heartbeat, {}, heartbeat, { deadlineMs: heartbeatDeadlineMs }),
    configuration: async (connector, revision, signal) => {
      const request = { connector, revision };
      return (await messaging.request(daemonMessages.configuration, {}, request, { signal })).configuration;
    },
    release: async (instanceId, released) => {
      await messaging.request(daemonMessages.release, {}, { instanceId, released });
    },
    raiseEpoch: async (fence) => {
      await messaging.request(daemonMessages.raiseEpoch, {}, fence);
    },
    leave: async (instanceId) => {
      const options = { deadlineMs: farewellDeadlineMs };
      await messaging.request(daemonMessages.leave, {}, { instanceId }, options);
    },
  };
}

export function gatewaysOver(messaging: Pick<Messaging, 'request' | 'subscribe'>): GatewaysPort {
  return {
    open: (owner) => new GatewayClient({ ...owner, messaging }),
    confirm: async (gateway, claims) => {
      const options = { deadlineMs: heartbeatDeadlineMs };
      return (await messaging.request(gatewayMessages.confirm, { gateway }, { claims }, options)).lost;
    },
    reportRun: async (gateway, report) => {
      await messaging.request(gatewayMessages.reportRun, { gateway }, { report });
    },
  };
}
