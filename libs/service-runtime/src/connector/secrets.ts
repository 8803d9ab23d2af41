import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConfigurationError,
  IdaemonError,
  type ConnectorConfiguration,
  type FieldError,
  type SecretReference,
} from '@idaemon/contracts';
import type { SecretsEnvironment } from './secrets-environment.js';
import { readVaultSecret } from './vault.js';

/** What this process itself is told in confidence is not for connectors. */
const ownVariables = /^(IDAEMON_(NATS|POSTGRES)_URL|IDAEMON_TOKEN|VAULT_TOKEN)$/;
const maxSecretBytes = 64 * 1024;

export interface SecretSources {
  /** Variables of the process. */
  variables: NodeJS.ProcessEnv;
  environment: SecretsEnvironment;
  fetch: typeof fetch;
}

/** The values of a configuration's secrets; one error lists every reference that leads nowhere. */
export async function resolveSecrets(
  { name, secrets }: Pick<ConnectorConfiguration, 'name' | 'secrets'>,
  sources: SecretSources,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  const errors: FieldError[] = [];
  for (const [secret, reference] of Object.entries(secrets)) {
    try {
      values[secret] = await read(reference, sources, signal);
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      errors.push({ path: `secrets.${secret}`, message: error.message });
    }
  }
  if (errors.length === 0) return values;
  const list = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new ConfigurationError(`Secrets of ${name} cannot be read: ${list}`, {
    errors,
    action:
      'Provide the secret where its reference points, then restart the connector; for a variable, restart the integrator with it.',
  });
}

function read(reference: SecretReference, sources: SecretSources, signal: AbortSignal): Promise<string> {
  if ('env' in reference) return readVariable(reference.env, sources.variables);
  if ('file' in reference) return readSecretFile(reference.file);
  if ('vault' in reference) return readVaultSecret(reference.vault, sources, signal);
  return readMountedSecret(reference.kubernetes, sources.environment.IDAEMON_KUBERNETES_SECRETS);
}

async function readVariable(name: string, variables: NodeJS.ProcessEnv): Promise<string> {
  if (ownVariables.test(name)) {
    throw new ConfigurationError(
      `the environment variable ${name} belongs to idaemon itself and is not for connectors`,
    );
  }
  const value = variables[name];
  if (value === undefined || value === '') {
    throw new ConfigurationError(`the environment variable ${name} is not set in the integrator's process`);
  }
  return value;
}

/** Mounted by the pod's volume: `<folder>/<name>/<key>`, with a namespace `<folder>/<namespace>/<name>/<key>`. */
function readMountedSecret(
  { name, key, namespace }: { name: string; key: string; namespace?: string },
  folder: string,
): Promise<string> {
  const parts = [...(namespace ? [namespace] : []), name, key];
  if (parts.some((part) => part.includes('/') || part.startsWith('..'))) {
    return Promise.reject(new ConfigurationError('name, key and namespace must not contain "/" or ".."'));
  }
  return readSecretFile(join(folder, ...parts));
}

async function readSecretFile(path: string): Promise<string> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    throw new ConfigurationError(`the file ${path} ${reasonOf(error)}`, { cause: error });
  }
  if (content.length > maxSecretBytes) {
    throw new ConfigurationError(`the file ${path} is longer than ${maxSecretBytes} bytes`);
  }
  return content.toString('utf8').replace(/\r?\n$/, '');
}

function reasonOf(error: unknown): string {
  if (error instanceof IdaemonError) return error.message;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by the integrator';
  return `cannot be read (${code})`;
}
