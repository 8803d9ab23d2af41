/** References to secrets as text, for `securedProperties`, which Egeria has as a map of texts. */
import { SecretReference } from '@idaemon/contracts';

/** `env:NAME`, `file:/path`, `kubernetes:[namespace/]name#key`, `vault:path#key`; undefined for anything else. */
export function readSecretText(text: string): SecretReference | undefined {
  const [, kind, rest = ''] = /^(env|file|kubernetes|vault):(.+)$/s.exec(text) ?? [];
  const result = SecretReference.safeParse(kind && referenceOf(kind, rest));
  return result.success ? result.data : undefined;
}

function referenceOf(kind: string, rest: string): unknown {
  if (kind === 'env' || kind === 'file') return { [kind]: rest };
  const [, path = '', key = ''] = /^(.+)#([^#]+)$/s.exec(rest) ?? [];
  if (kind === 'vault') return { vault: { path, key } };
  const [name, namespace] = path.split('/').reverse();
  return { kubernetes: { name, key, ...(namespace ? { namespace } : {}) } };
}

export function writeSecretText(reference: SecretReference): string {
  if ('env' in reference) return `env:${reference.env}`;
  if ('file' in reference) return `file:${reference.file}`;
  if ('vault' in reference) return `vault:${reference.vault.path}#${reference.vault.key}`;
  const { namespace, name, key } = reference.kubernetes;
  return `kubernetes:${namespace ? `${namespace}/` : ''}${name}#${key}`;
}
