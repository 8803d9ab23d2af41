import { createHash } from 'node:crypto';
import type { ElementWrite } from './element.js';

/**
 * The hash by which both sides compare an element: equal content gives an equal hash, whatever the order of keys.
 * 128 bits of SHA-256 over the canonical JSON, base64url (22 characters). Called for each element of each refresh.
 */
export function contentHash(element: ElementWrite): string {
  return hashOfCanonicalJson(canonicalJson(element));
}

/** As `contentHash`, for a caller that has the canonical JSON already. */
export function hashOfCanonicalJson(json: string): string {
  return createHash('sha256').update(json).digest('base64url').slice(0, 22);
}

/** JSON with sorted keys and without undefined members; arrays keep their order. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const object = value as Record<string, unknown>;
  const members: string[] = [];
  for (const key of Object.keys(object).sort()) {
    if (object[key] !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(object[key])}`);
  }
  return `{${members.join(',')}}`;
}
