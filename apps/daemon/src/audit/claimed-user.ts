import { AsyncLocalStorage } from 'node:async_hooks';

const claimed = new AsyncLocalStorage<string | undefined>();

/** Within `work`, audit entries also name the user for whom the caller says that it works. It gives no right. */
export function asClaimedUser<T>(user: string | undefined, work: () => Promise<T>): Promise<T> {
  return claimed.run(user, work);
}

export function claimedUser(): string | undefined {
  return claimed.getStore();
}
