import { isIP } from 'node:net';

/** Who can reach the daemon's port. */
export type Audience = 'this-machine' | 'network';

/**
 * Set on all that passes the front door, whatever its sender said: an instance on a loopback address takes events
 * without a key from its own machine, and here the whole network may stand before it.
 */
export const audienceHeader = 'idaemon-front-door';

export function audienceOf(host: string): Audience {
  if (host === 'localhost' || host === '::1') return 'this-machine';
  return isIP(host) === 4 && host.startsWith('127.') ? 'this-machine' : 'network';
}
