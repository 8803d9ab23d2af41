import { SystemUnavailableError } from '@idaemon/contracts';

/** Why nobody answered: nobody listens (known at once), no answer in time, or no connection. */
export type UnavailableReason = 'no-responders' | 'timeout' | 'disconnected';

const texts: Record<UnavailableReason, string> = {
  'no-responders': 'nobody answers for it on NATS',
  timeout: 'it did not answer in time',
  disconnected: 'this process is not connected to NATS',
};

/** A request that got no answer. `no-responders` tells an owner that the daemon is away, not NATS (design §6). */
export class NoAnswerError extends SystemUnavailableError {
  constructor(
    subject: string,
    readonly reason: UnavailableReason,
  ) {
    super(`The ${partOf(subject)} (${texts[reason]})`);
  }
}

/** `idaemon.daemon.heartbeat` → `daemon`, `idaemon.gateway.default.claim` → `gateway default`. */
function partOf(subject: string): string {
  const [, part = subject, name = ''] = subject.split('.');
  return part === 'daemon' ? part : `${part} ${name}`;
}
