import type { Reference } from '@idaemon/contracts';
import { locatorKey } from '../write/element-lookup.js';
import type { FoundTargets, Target } from '../write/reference-lookup.js';

/** The stored element that a reference names: by GUID, else by locator, else by name. */
export function targetOf(
  found: FoundTargets,
  { guid, locator, qualifiedName }: Reference,
): Target | undefined {
  return (
    (guid ? found.byGuid.get(guid) : undefined) ??
    (locator ? found.byLocator.get(locatorKey(locator)) : undefined) ??
    (qualifiedName ? found.byName.get(qualifiedName) : undefined)
  );
}
