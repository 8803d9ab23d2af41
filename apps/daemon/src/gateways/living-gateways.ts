import { Inject, Injectable } from '@nestjs/common';
import { events } from '@idaemon/contracts';
import { Messaging } from '@idaemon/messaging';

/** A gateway replica that was heard of; it says so every 5 s. */
export interface GatewayReplica {
  replica: string;
  version: string;
  lastSeenAt: string;
}

/** Three announcements missed: the replica is gone. */
const forgottenAfterMs = 15_000;

/** Which replicas of which gateways live, as this daemon replica hears them. Kept in memory: it is what is now. */
@Injectable()
export class LivingGateways {
  readonly #seen = new Map<string, Map<string, { version: string; at: number }>>();

  constructor(@Inject(Messaging) private readonly messaging: Messaging) {}

  listen(nowMs: () => number = Date.now): void {
    this.messaging.subscribe(events.gatewayAlive, { gateway: '*' }, ({ gateway, replica, version }) => {
      const replicas = this.#seen.get(gateway) ?? new Map<string, { version: string; at: number }>();
      this.#seen.set(gateway, replicas.set(replica, { version, at: nowMs() }));
    });
  }

  /** The live replicas of a gateway; none when it is down or this daemon has just started. */
  replicasOf(gateway: string, now = Date.now()): GatewayReplica[] {
    const replicas = this.#seen.get(gateway);
    if (!replicas) return [];
    for (const [replica, { at }] of replicas) {
      if (now - at > forgottenAfterMs) replicas.delete(replica);
    }
    return [...replicas].map(([replica, { version, at }]) => ({
      replica,
      version,
      lastSeenAt: new Date(at).toISOString(),
    }));
  }

  /** Gateways of which at least one replica lives. */
  names(now = Date.now()): string[] {
    return [...this.#seen.keys()].filter((gateway) => this.replicasOf(gateway, now).length > 0).sort();
  }
}
