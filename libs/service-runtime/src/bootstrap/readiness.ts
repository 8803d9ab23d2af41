/** Why it is not ready, for people; undefined when it is. */
export type ReadinessCheck = () => string | undefined | Promise<string | undefined>;

export interface ReadinessReport {
  status: 'ready' | 'not-ready';
  checks: Record<string, { isReady: boolean; reason?: string }>;
}

const checkDeadlineMs = 2_000;

/** What must be in order before the process takes work, by name: the answer of `/readyz`. */
export class Readiness {
  readonly #checks = new Map<string, ReadinessCheck>();
  readonly #dispensable = new Set<string>();

  /** Adds a check, or replaces the one of the same name. */
  set(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, check);
  }

  delete(name: string): void {
    this.#checks.delete(name);
  }

  /** The check is still shown, but work is taken without it. */
  doWithout(name: string): void {
    this.#dispensable.add(name);
  }

  async report(): Promise<ReadinessReport> {
    const results = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await reasonOf(check)] as const),
    );
    const isReady = results.every(([name, reason]) => reason === undefined || this.#dispensable.has(name));
    const checks = results.map(([name, reason]) => [
      name,
      reason === undefined ? { isReady: true } : { isReady: false, reason },
    ]);
    return {
      status: isReady ? 'ready' : 'not-ready',
      checks: Object.fromEntries(checks) as ReadinessReport['checks'],
    };
  }
}

async function reasonOf(check: ReadinessCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`No answer in ${checkDeadlineMs / 1000} s`), checkDeadlineMs);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return error instanceof Error ? error.message : 'The check failed';
  } finally {
    clearTimeout(timer);
  }
}
