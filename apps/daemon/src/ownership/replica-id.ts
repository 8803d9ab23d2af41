import { randomUUID } from 'node:crypto';

/** Injection token of the name of this process among the replicas of the daemon. */
export const REPLICA_ID = Symbol('idaemon:replica-id');

export function newReplicaId(): string {
  return `daemon-${randomUUID()}`;
}
