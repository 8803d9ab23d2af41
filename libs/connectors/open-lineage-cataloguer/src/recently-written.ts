import { hash } from 'node:crypto';

const keptMs = 10 * 60_000;
const maxKept = 20_000;

/**
 * What was written a short while ago, by hash: a job that runs each second says the same of its datasets each time.
 * Only for a while, since others may have removed it meanwhile, and in memory, since writing twice does no harm.
 */
export class RecentlyWritten {
  readonly #written = new Map<string, { hash: string; atMs: number }>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Whether the thing was written otherwise, or not lately; it counts as written then. */
  isNews(name: string, content: unknown): boolean {
    const now = { hash: hash('sha256', JSON.stringify(content), 'base64'), atMs: this.nowMs() };
    const before = this.#written.get(name);
    if (before?.hash === now.hash && now.atMs - before.atMs < keptMs) return false;
    this.#written.delete(name);
    this.#written.set(name, now);
    const [oldest] = this.#written.keys();
    if (this.#written.size > maxKept && oldest !== undefined) this.#written.delete(oldest);
    return true;
  }
}
