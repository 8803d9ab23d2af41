import { readFile } from 'node:fs/promises';
import { ConfigurationError, NotAuthorizedError, SystemUnavailableError } from '@idaemon/contracts';
import type { SecretsEnvironment } from './secrets-environment.js';

const deadlineMs = 5_000;

interface VaultSources {
  environment: SecretsEnvironment;
  fetch: typeof fetch;
}

/** A value of HashiCorp Vault's KV store, version 2: path `secret/shop` is `shop` of the engine mounted at `secret`. */
export async function readVaultSecret(
  { path, key }: { path: string; key: string },
  sources: VaultSources,
  signal: AbortSignal,
): Promise<string> {
  const { VAULT_ADDR: address } = sources.environment;
  if (!address) throw new ConfigurationError('VAULT_ADDR is not set in the integrator');
  const response = await ask(new URL(`/v1/${dataPath(path)}`, address), sources, signal);
  if (response.status === 404) throw new ConfigurationError(`Vault has nothing at ${path}`);
  if (response.status === 403) throw new NotAuthorizedError(`Vault at ${address} refuses to show ${path}`);
  if (!response.ok) {
    throw new SystemUnavailableError(`Vault at ${address} (status ${response.status})`);
  }
  const body = (await response.json()) as { data?: { data?: Record<string, unknown> } };
  const value = body.data?.data?.[key];
  if (typeof value === 'string' && value !== '') return value;
  throw new ConfigurationError(`Vault has no key ${key} at ${path}`);
}

async function ask(url: URL, sources: VaultSources, signal: AbortSignal): Promise<Response> {
  const { VAULT_NAMESPACE: namespace } = sources.environment;
  const headers = {
    'x-vault-token': await tokenOf(sources.environment),
    ...(namespace ? { 'x-vault-namespace': namespace } : {}),
  };
  try {
    const ends = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
    return await sources.fetch(url, { headers, signal: ends, redirect: 'error' });
  } catch (error) {
    throw new SystemUnavailableError(`Vault at ${url.origin}`, { cause: error });
  }
}

/** A file is read each time: agents renew the token in it. */
async function tokenOf({ VAULT_TOKEN, VAULT_TOKEN_FILE }: SecretsEnvironment): Promise<string> {
  if (VAULT_TOKEN) return VAULT_TOKEN;
  if (!VAULT_TOKEN_FILE) {
    throw new ConfigurationError('neither VAULT_TOKEN nor VAULT_TOKEN_FILE is set in the integrator');
  }
  try {
    return (await readFile(VAULT_TOKEN_FILE, 'utf8')).trim();
  } catch (error) {
    throw new ConfigurationError(`the file ${VAULT_TOKEN_FILE} of VAULT_TOKEN_FILE cannot be read`, {
      cause: error,
    });
  }
}

function dataPath(path: string): string {
  const [mount = '', ...rest] = path
    .split('/')
    .filter((part) => part !== '' && part !== '..')
    .map(encodeURIComponent);
  return [mount, ...(rest[0] === 'data' ? rest : ['data', ...rest])].join('/');
}
