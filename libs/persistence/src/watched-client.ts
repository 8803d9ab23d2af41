import pg from 'pg';

export interface StatementLimits {
  /** A statement that takes longer makes us ask, on a new connection, whether Postgres is still there. */
  silenceMs: number;
  /** What takes longer is given up, whoever is still there. */
  limitMs: number;
}

/**
 * The client of a pool whose statements end. A host that is lost without a word would hold them for as long as TCP
 * tries to reach it, a quarter of an hour; so the socket is destroyed, and the pool replaces the connection.
 */
export function watchedClient(limits: StatementLimits): typeof pg.Client {
  return class WatchedClient extends pg.Client {
    readonly #config: pg.ClientConfig | undefined;

    constructor(config?: pg.ClientConfig) {
      super(config);
      this.#config = config;
    }

    override query(...call: unknown[]): never {
      const send = super.query.bind(this) as (...parameters: unknown[]) => unknown;
      const answer = send(...call);
      if (answer instanceof Promise) void this.#watch(answer);
      // The overloads of `pg` are those of the call; what it answers goes through as it is.
      return answer as never;
    }

    async #watch(answer: Promise<unknown>): Promise<void> {
      const startedAt = performance.now();
      const elapsedMs = () => performance.now() - startedAt;
      const isAnswered = answer.then(
        () => true,
        () => true,
      );
      for (;;) {
        const leftMs = limits.limitMs - elapsedMs();
        if (await settledWithin(isAnswered, Math.min(limits.silenceMs, leftMs))) return;
        if (leftMs <= limits.silenceMs) break;
        if (!(await isThere(this.#config)) && !(await settledWithin(isAnswered, 0))) break;
      }
      this.#giveUp(elapsedMs());
    }

    #giveUp(afterMs: number): void {
      this.connection.stream.destroy(silence(afterMs));
    }
  };
}

function silence(afterMs: number): Error {
  const message = `It did not answer for ${Math.round(afterMs / 100) / 10} s`;
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}

async function settledWithin(settled: Promise<boolean>, timeMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeMs);
  });
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A Postgres that refuses us, e.g. since it has too many connections, is there. */
async function isThere(config?: pg.ClientConfig): Promise<boolean> {
  const probe = new pg.Client(config);
  probe.on('error', () => undefined);
  try {
    await probe.connect();
    void probe.end();
    return true;
  } catch (error) {
    return /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code));
  }
}
