import type { RemovalGuard } from '@idaemon/contracts';

/** What a scope, or a whole source, had before the removals, and what it would lose. */
export interface Removals {
  /** Elements that were there when the session began. */
  before: number;
  /** Elements that are left, those that came since included. */
  left: number;
  removed: number;
}

/** A scope that came back empty waits for a person from this many elements on. */
const emptyScopeElements = 10;

/**
 * Whether the removals wait for a person: too large a share of too many elements, or nothing is left where there
 * were at least ten.
 */
export function mustWait({ before, left, removed }: Removals, guard: RemovalGuard): boolean {
  if (removed === 0) return false;
  const isMany = removed >= guard.minElements && removed * 100 > guard.maxPercent * before;
  const isEmpty = left === 0 && before >= Math.max(emptyScopeElements, guard.minElements);
  return isMany || isEmpty;
}
