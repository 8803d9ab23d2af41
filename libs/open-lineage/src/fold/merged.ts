/** Both records; what is in both is joined. `a` itself when `b` adds nothing. */
export function merged<T>(
  a: Record<string, T>,
  b: Record<string, T>,
  join: (a: T, b: T) => T,
): Record<string, T> {
  let result = a;
  for (const key of Object.keys(b)) {
    // A facet may be called `constructor`.
    const mine = Object.hasOwn(a, key) ? a[key] : undefined;
    const theirs = b[key]!;
    const joined = mine === undefined ? theirs : join(mine, theirs);
    if (joined === mine) continue;
    if (result === a) result = { ...a };
    result[key] = joined;
  }
  return result;
}

export function earlier(a: string, b: string): string {
  return a <= b ? a : b;
}

export function later(a: string, b: string): string {
  return a >= b ? a : b;
}

/** The one that is set, or of two the joined one. */
export function joinedIfSet<T>(a: T | undefined, b: T | undefined, join: (a: T, b: T) => T): T | undefined {
  if (a === undefined) return b;
  return b === undefined ? a : join(a, b);
}
