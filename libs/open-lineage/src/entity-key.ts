import { hash } from 'node:crypto';

/** Postgres indexes texts up to about 2,700 bytes; a UTF-16 code unit takes up to three. */
const maxKeyLength = 600;
const keptLength = 500;
const halfPairAtEnd = /[\uD800-\uDBFF]$/;

/** The key of a job or a dataset: two of them differ when namespace or name do. Bounded, so that it can be indexed. */
export function entityKey(namespace: string, name: string): string {
  const escaped =
    namespace.includes('|') || namespace.includes('\\') ? namespace.replace(/[|\\]/g, '\\$&') : namespace;
  return boundedKey(`${escaped}|${name}`);
}

/** As it is, or, when too long to be indexed, its beginning and a hash of all of it. */
export function boundedKey(key: string): string {
  if (key.length <= maxKeyLength) return key;
  return `${key.slice(0, keptLength).replace(halfPairAtEnd, '')}~${hash('sha256', key, 'base64url')}`;
}

export function runKey(runId: string): string {
  return boundedKey(runId);
}
