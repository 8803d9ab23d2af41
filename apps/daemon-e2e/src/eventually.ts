import { setTimeout as wait } from 'node:timers/promises';

/** What `look` finds, as soon as it finds something; an error of `look` counts as "not yet". */
export async function eventually<T>(
  what: string,
  deadlineMs: number,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  let last: unknown = 'nothing was found';
  while (performance.now() < end) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    await wait(100);
  }
  throw new Error(`${what} did not come within ${deadlineMs} ms`, { cause: last });
}
