import { setTimeout as wait } from 'node:timers/promises';
import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';

/** Tries until NATS is there or `signal` aborts (then undefined); each failure is told, never with credentials. */
export async function connectUntil(
  url: string,
  name: string,
  signal: AbortSignal,
  onFailure: (reason: string) => void,
): Promise<NatsConnection | undefined> {
  const options = connectionOptions(url, name);
  while (!signal.aborted) {
    try {
      return await connect(options);
    } catch (error) {
      onFailure(`NATS at ${hostsOf(url)} is unavailable: ${reasonOf(error)}`);
    }
    await wait(250 + Math.random() * 250, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** Host and port of each server, without credentials. */
export function hostsOf(url: string): string {
  return serversOf(url)
    .map(({ host }) => host)
    .join(', ');
}

/**
 * Reconnects for ever, and finds a dead connection within about 6 s. One `tls://` among the servers asks for TLS with
 * all of them: a server that cannot encrypt is refused.
 */
export function connectionOptions(url: string, name: string): ConnectionOptions {
  const servers = serversOf(url);
  const [first] = servers;
  const credentials = first?.username
    ? { user: decodeURIComponent(first.username), pass: decodeURIComponent(first.password) }
    : {};
  return {
    servers: servers.map(({ host }) => host),
    name,
    ...credentials,
    ...(servers.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
    timeout: 5_000,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    pingInterval: 2_000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
  };
}

function serversOf(url: string): URL[] {
  return url.split(',').map((one) => new URL(one.includes('://') ? one.trim() : `nats://${one.trim()}`));
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return [error.message, cause].filter(Boolean).join(': ');
}
