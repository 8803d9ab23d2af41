import { readFile } from 'node:fs/promises';
import type { BaseOptions } from '@platformatic/kafka';
import { ConfigurationError } from '@idaemon/connector-kit';
import type { KafkaConfig } from './config.js';

/** A request that takes longer has failed. */
const requestTimeoutMs = 10_000;

/** What every client is opened with. Connections are made when they are needed, and anew after a failure. */
export async function connectionOf(
  { brokers, tls, sasl }: KafkaConfig,
  password: string | undefined,
  name: string,
): Promise<BaseOptions> {
  if (sasl && password === undefined)
    throw new ConfigurationError('sasl needs the secret password', {
      action: 'Add secrets: { password: … } to the configuration.',
    });
  return {
    clientId: `idaemon-${name}`,
    bootstrapBrokers: brokers,
    connectTimeout: 5_000,
    timeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    // Whoever calls tries again, with a growing pause, and shows it.
    retries: 1,
    retryDelay: 200,
    ...(tls ? { tls: await tlsOptions(tls) } : {}),
    ...(sasl ? { sasl: { ...sasl, password } } : {}),
  };
}

async function tlsOptions(files: NonNullable<KafkaConfig['tls']>) {
  const { ca, cert, key } = files;
  return { ca: await pem('ca', ca), cert: await pem('cert', cert), key: await pem('key', key) };
}

async function pem(name: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConfigurationError(`The file tls.${name} cannot be read: ${path}`, { cause });
  });
}

/** Brokers that are away cannot be told of the end; the group finds out by itself. */
export async function closeQuietly(client: { close(force?: boolean): unknown }): Promise<void> {
  try {
    await Promise.resolve(client.close(true));
  } catch {
    // The connections are closed in any case.
  }
}
