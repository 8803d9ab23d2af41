import { createHash } from 'node:crypto';

/** What is remembered; a forgotten one is only published or read once more. */
const mostRemembered = 50_000;

/** Remembers a bounded number of values by key, the newest. */
export class Remembered<T> {
  readonly #values = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: T): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > mostRemembered && oldest !== undefined) this.#values.delete(oldest);
  }
}

export function hashOf(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('base64');
}
