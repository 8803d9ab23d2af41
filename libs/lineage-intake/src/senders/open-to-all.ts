import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { LineageEnvironment } from '../lineage-environment.js';

/** The daemon sets it on all that it passes on, whatever its sender said: who can reach the daemon's own port. */
const audienceHeader = 'idaemon-front-door';

/** Whether what comes with these headers is taken without a key. */
export type Openness = (headers: IncomingHttpHeaders) => boolean;

/** Without a setting, keys are asked for as soon as others than this machine can send, be it through the daemon. */
export function opennessOf(environment: LineageEnvironment): Openness {
  const { IDAEMON_LINEAGE_SENDERS: senders, IDAEMON_HOST: host } = environment;
  if (senders !== undefined) return () => senders === 'any';
  if (!isLoopback(host)) return () => false;
  return ({ [audienceHeader]: audience }) => audience === undefined || audience === 'this-machine';
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
