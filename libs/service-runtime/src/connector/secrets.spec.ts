import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, type SecretReference } from '@idaemon/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretsEnvironment } from './secrets-environment.js';
import { resolveSecrets, type SecretSources } from './secrets.js';

let folder: string;
const { signal } = new AbortController();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'idaemon-secrets-'));
  await mkdir(join(folder, 'shop'), { recursive: true });
  await mkdir(join(folder, 'team', 'shop'), { recursive: true });
  await writeFile(join(folder, 'shop', 'password'), 'mounted\n');
  await writeFile(join(folder, 'team', 'shop', 'password'), 'of the team');
  await writeFile(join(folder, 'plain'), 'two lines\nand an end\n');
  await writeFile(join(folder, 'token'), 'file-token\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Vault {
  answer: () => Response;
  asked: { url: string; headers: Record<string, string> }[];
}

function sourcesOf(variables: NodeJS.ProcessEnv = {}, vault?: Vault): SecretSources {
  const environment = SecretsEnvironment.parse({ IDAEMON_KUBERNETES_SECRETS: folder, ...variables });
  return {
    variables,
    environment,
    fetch: async (url, init) => {
      if (!vault) throw new Error('The spec has no Vault');
      vault.asked.push({
        url: new Request(url).url,
        headers: { ...(init?.headers as Record<string, string>) },
      });
      return vault.answer();
    },
  };
}

const one = async (reference: SecretReference, sources = sourcesOf()) =>
  (await resolveSecrets({ name: 'shop', secrets: { password: reference } }, sources, signal)).password;

describe('a secret', () => {
  it('comes from an environment variable', async () => {
    await expect(one({ env: 'PGPASSWORD' }, sourcesOf({ PGPASSWORD: ' as it is ' }))).resolves.toBe(
      ' as it is ',
    );
  });

  it('comes from a file, without one trailing newline', async () => {
    await expect(one({ file: join(folder, 'plain') })).resolves.toBe('two lines\nand an end');
  });

  it('comes from a mounted Kubernetes secret, by its namespace too', async () => {
    await expect(one({ kubernetes: { name: 'shop', key: 'password' } })).resolves.toBe('mounted');
    await expect(one({ kubernetes: { name: 'shop', key: 'password', namespace: 'team' } })).resolves.toBe(
      'of the team',
    );
  });

  it('comes from Vault', async () => {
    const answer = () => Response.json({ data: { data: { password: 'from Vault' } } });
    const vault: Vault = { answer, asked: [] };
    const variables = {
      VAULT_ADDR: 'http://vault:8200',
      VAULT_TOKEN_FILE: join(folder, 'token'),
      VAULT_NAMESPACE: 'team',
    };
    const reference = { vault: { path: 'secret/apps/shop', key: 'password' } };
    await expect(one(reference, sourcesOf(variables, vault))).resolves.toBe('from Vault');
    expect(vault.asked).toEqual([
      {
        url: 'http://vault:8200/v1/secret/data/apps/shop',
        headers: { 'x-vault-token': 'file-token', 'x-vault-namespace': 'team' },
      },
    ]);
  });
});

describe('a reference that leads nowhere', () => {
  const refused: [SecretReference, string][] = [
    [{ env: 'NOT_SET' }, 'the environment variable NOT_SET is not set'],
    [{ env: 'IDAEMON_NATS_URL' }, 'belongs to idaemon itself'],
    [{ file: '/nowhere/at/all' }, 'the file /nowhere/at/all does not exist'],
    [{ kubernetes: { name: '../../etc', key: 'passwd' } }, 'must not contain "/" or ".."'],
    [{ kubernetes: { name: 'shop', key: 'other' } }, 'other does not exist'],
    [{ vault: { path: 'secret/shop', key: 'password' } }, 'VAULT_ADDR is not set'],
  ];

  it.each(refused)('%j waits for a person', async (reference, message) => {
    const error = await one(reference, sourcesOf({ IDAEMON_NATS_URL: 'nats://u:p@x' })).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as ConfigurationError).message).toContain(message);
  });

  it('is named together with all the others', async () => {
    const secrets = { user: { env: 'NOT_SET' }, password: { file: '/nowhere' } };
    const error = await resolveSecrets({ name: 'shop', secrets }, sourcesOf(), signal).catch(
      (reason: unknown) => reason,
    );
    expect((error as ConfigurationError).errors?.map(({ path }) => path)).toEqual([
      'secrets.user',
      'secrets.password',
    ]);
  });
});

describe('Vault', () => {
  const variables = { VAULT_ADDR: 'http://vault:8200', VAULT_TOKEN: 'hvs.token' };
  const reference = { vault: { path: 'secret/shop', key: 'password' } };
  const codeFor = async (answer: () => Response) => {
    const error = await one(reference, sourcesOf(variables, { answer, asked: [] })).catch(
      (reason: unknown) => reason,
    );
    return error as ConfigurationError;
  };

  it.each([
    [403, 'not-authorized'],
    [404, 'configuration-invalid'],
    [429, 'system-unavailable'],
    [503, 'system-unavailable'],
  ])('that answers %d is %s', async (status, code) => {
    expect((await codeFor(() => new Response('{}', { status }))).code).toBe(code);
  });

  it('that cannot be reached is tried again', async () => {
    const unreachable = () => {
      throw new Error('connect ECONNREFUSED');
    };
    const error = await codeFor(unreachable);
    expect(error.code).toBe('system-unavailable');
    expect(error.message).not.toContain('hvs.token');
  });

  it('without the key is a mistake', async () => {
    const error = await codeFor(() => Response.json({ data: { data: { other: 'x' } } }));
    expect(error.message).toContain('Vault has no key password at secret/shop');
  });
});
