import { isIP } from 'node:net';
import type { LineageEnvironment } from '../lineage-environment.js';

/** Without a setting, keys are asked for as soon as others than this machine can send. */
export function isOpenToAll(environment: LineageEnvironment): boolean {
  const { IDAEMON_LINEAGE_SENDERS: senders, IDAEMON_HOST: host } = environment;
  if (senders !== undefined) return senders === 'any';
  return isLoopback(host);
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
