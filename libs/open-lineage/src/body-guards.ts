/** What keeps a body from being read, or from being stored as JSON by Postgres, found before or beside parsing. */

export const maxDepth = 256;

const quote = 0x22;
const backslash = 0x5c;
/** `{` and `[`, as `}` and `]`, differ by one bit. */
const caseBit = 0x20;
const opening = 0x7b;
const closing = 0x7d;

/** Counts brackets outside texts: functions that walk an event call themselves once per level. */
export function isTooDeep(body: Uint8Array): boolean {
  if (body.length <= maxDepth * 2) return false;
  let depth = 0;
  for (let index = 0; index < body.length; index++) {
    const byte = body[index]!;
    if (byte === quote) index = endOfText(body, index);
    else if ((byte | caseBit) === opening) {
      if (++depth > maxDepth) return true;
    } else if ((byte | caseBit) === closing) depth--;
  }
  return false;
}

/** The index of the quote that ends the text that begins at `start`; the length of the body when none does. */
export function endOfText(body: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < body.length && body[index] !== quote) index += body[index] === backslash ? 2 : 1;
  return index;
}

const pairOrEscape =
  /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u0000|u[dD][89a-fA-F][0-9a-fA-F]{2}|[^])/g;
const lengthOfOne = '\\u0000'.length;

/** The JSON text with U+FFFD for NUL characters and halves of surrogate pairs, which Postgres cannot keep in JSON. */
export function storableText(json: string): string {
  if (!json.includes('\\u') || !/\\u(?:0000|[dD][89a-fA-F])/.test(json)) return json;
  return json.replace(pairOrEscape, (escape) => (escape.length === lengthOfOne ? '\uFFFD' : escape));
}

/** Found far faster than with the opening quote, of which there are many. */
const doubtfulKey = /(?:__proto__|constructor)"/;

/**
 * Where an object has a key that would reach a prototype when copied carelessly: `__proto__`, or `constructor` with
 * `prototype` in it. A column may well be called `constructor`.
 */
export function poisonedPath(value: unknown, json: string): string | undefined {
  if (!json.includes('\\u') && !doubtfulKey.test(json)) return undefined;
  return findPoison(value, '');
}

function findPoison(value: unknown, path: string): string | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  if (Object.hasOwn(value, '__proto__')) return `${path}/__proto__`;
  for (const [key, member] of Object.entries(value)) {
    if (key === 'constructor' && isObject(member) && Object.hasOwn(member, 'prototype')) {
      return `${path}/constructor/prototype`;
    }
    const found = findPoison(member, `${path}/${pointerToken(key)}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function pointerToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
