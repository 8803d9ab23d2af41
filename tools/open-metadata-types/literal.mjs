/** A value as TypeScript source on one line. */
export function literalOf(value) {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (value === null || typeof value !== 'object') return String(value);
  const members = Object.entries(value).map(([key, member]) => `${keyOf(key)}: ${literalOf(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function keyOf(key) {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : literalOf(key);
}
