import { hash } from 'node:crypto';
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
  return hash('sha256', json, 'base64url').slice(0, 22);
}

/** JSON with sorted keys and without undefined members; arrays keep their order. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const object = value as Record<string, unknown>;
  const keys = Object.keys(object);
  if (keys.length > 1) keys.sort();
  let members = '';
  for (const key of keys) {
    const member = object[key];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${quotedKey(key)}${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

const mayNeedEscapes = /["\\\u0000-\u001f\ud800-\udfff]/;

/** Most strings need no escapes: to look for them takes half as long as `JSON.stringify`. */
function quoted(text: string): string {
  return mayNeedEscapes.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Attributes have the same few names in every element. */
const quotedKeys = new Map<string, string>();
const maxQuotedKeys = 4_000;

function quotedKey(key: string): string {
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  const quoted = `${JSON.stringify(key)}:`;
  if (quotedKeys.size < maxQuotedKeys) quotedKeys.set(key, quoted);
  return quoted;
}
