import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose code runs. Takes an error that this code threw where nobody awaits it; false: it cannot. */
export interface StrayErrorOwner {
  takeStray(error: unknown): boolean;
}

const owners = new AsyncLocalStorage<StrayErrorOwner>();

/** Does the work, and all that it begins and leaves behind (timers, sockets, promises), in the owner's name. */
export function inNameOf<T>(owner: StrayErrorOwner, work: () => T): T {
  return owners.run(owner, work);
}

/** Called where an uncaught error surfaces, in the context that it was thrown in. */
export function hasTakenStray(error: unknown): boolean {
  return owners.getStore()?.takeStray(error) ?? false;
}
