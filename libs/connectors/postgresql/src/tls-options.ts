import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { ConfigurationError } from '@idaemon/connector-kit';
import type { Server } from './config.js';

export async function tlsOptions({ ssl }: Pick<Server, 'ssl'>): Promise<ConnectionOptions | false> {
  const { mode } = ssl;
  if (mode === 'disable') return false;
  const [ca, cert, key] = await Promise.all([
    pem('ssl.ca', ssl.ca),
    pem('ssl.cert', ssl.cert),
    pem('ssl.key', ssl.key),
  ]);
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    rejectUnauthorized: mode === 'verify-ca' || mode === 'verify-full',
    ...(mode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  };
}

async function pem(name: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigurationError(`The file of ${name} cannot be read: ${why}`, { cause });
  }
}
